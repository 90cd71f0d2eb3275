/// Payload frames against first deliveries, over time: where the two part, the trees pay twice.
package struct RedundancyPicture: Sendable {
    package struct Step: Sendable, Equatable {
        /// Seconds since the run began.
        package let start: Double
        package let width: Double
        /// For each second.
        package let payloads: Double
        package let deliveries: Double
    }

    package let steps: [Step]
    private let seconds: Int

    /// More bars than this would be narrower than the pen.
    private static let mostSteps = 240

    /// Both by second since the run began.
    package init(payloads: [Int], deliveries: [Int], seconds: Int) {
        let seconds = max(1, seconds, payloads.count, deliveries.count)
        let width = (seconds + Self.mostSteps - 1) / Self.mostSteps
        func sum(_ counts: [Int], from start: Int) -> Double {
            Double(counts.dropFirst(start).prefix(width).reduce(0, +)) / Double(width)
        }
        steps = stride(from: 0, to: seconds, by: width).map { start in
            Step(
                start: Double(start), width: Double(width), payloads: sum(payloads, from: start),
                deliveries: sum(deliveries, from: start))
        }
        self.seconds = seconds
    }

    func drawn(in frame: Rectangle) -> [Markup] {
        let highest = steps.map { max($0.payloads, $0.deliveries) }.max() ?? 1
        let chart = Chart(
            heading: "Redundancy over time", remark: "", horizontal: Axis(from: 0, to: Double(seconds)),
            vertical: Axis(upTo: max(1, highest)), horizontalUnit: "simulated s", verticalUnit: "per s",
            legend: [
                .init(style: "second", words: "payload frames sent"),
                .init(style: "first", words: "first deliveries, repair included"),
            ])
        return chart.drawn(in: frame) { plot in
            // What is seen of the one behind is what was sent in vain.
            [
                .path("second", area(chart, in: plot) { $0.payloads }),
                .path("first", area(chart, in: plot) { $0.deliveries }),
            ]
        }
    }

    private func area(_ chart: Chart, in plot: Rectangle, _ height: (Step) -> Double) -> String {
        var path = "M\(chart.point(0, 0, in: plot).words)"
        for step in steps {
            path += "L\(chart.point(step.start, height(step), in: plot).words)"
            path += "L\(chart.point(min(step.start + step.width, Double(seconds)), height(step), in: plot).words)"
        }
        return path + "L\(chart.point(Double(seconds), 0, in: plot).words)Z"
    }
}

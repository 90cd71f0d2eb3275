private import func Glibc.pow

/// How often values of each size occurred.
package struct HistogramPicture: Sendable {
    package struct Bin: Sendable, Equatable {
        package let lower: Double
        package let upper: Double
        package internal(set) var count = 0
    }

    let heading: String
    let remark: String
    let unit: String
    let countUnit: String
    package let bins: [Bin]
    let axis: Axis
    /// A bar of its own at the right end, in the second colour.
    let aside: (label: String, count: Int)?

    /// Delays in ms. A long tail, as of what was sent while the mesh was split, gets a logarithmic axis: else all but
    /// the tail would stand in the first bar.
    package init(delays: [Double]) {
        let sorted = delays.sorted()
        let most = max(1, sorted.last ?? 1)
        let median = Self.quantile(0.5, of: sorted)
        if most > 10 * max(median, 1) {
            axis = Axis(logarithmicFrom: pow(10, Self.decade(of: max(1, sorted.first ?? 1))), to: most)
        } else {
            axis = Axis(upTo: most, ticks: 8)
        }
        bins = Self.bins(40, along: axis, of: sorted)
        let quantiles = [("median", 0.5), ("99 %", 0.99), ("most", 1)].map { name, share in
            "\(name) \(Self.words(Self.quantile(share, of: sorted)))"
        }
        remark = sorted.isEmpty ? "nothing was delivered" : quantiles.joined(separator: ", ")
        (heading, countUnit) = ("Delay of deliveries", "deliveries")
        unit = "ms from sending to first copy" + (axis.isLogarithmic ? ", logarithmic" : "")
        aside = nil
    }

    /// Links that first copies crossed; what came by repair has no number of hops.
    package init(hops: [Int], repaired: Int) {
        let sorted = hops.sorted().map(Double.init)
        let most = Int(sorted.last ?? 1)
        axis = Axis(from: 0.5, to: Double(most) + 0.5, ticks: min(20, max(1, most)))
        var counts = Array(repeating: 0, count: most + 1)
        for hop in hops where hop >= 0 { counts[hop] += 1 }
        bins = (1...max(1, most)).map { hop in
            Bin(lower: Double(hop) - 0.5, upper: Double(hop) + 0.5, count: hop < counts.count ? counts[hop] : 0)
        }
        let mean = sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count)
        remark = sorted.isEmpty ? "nothing was pushed" : "mean \(JSONText.number(mean, decimals: 1)), most \(most)"
        (heading, unit, countUnit) = ("Links crossed", "hops of the first copy", "deliveries")
        aside = repaired > 0 ? ("repair", repaired) : nil
    }

    private static func words(_ milliseconds: Double) -> String {
        milliseconds < 10_000
            ? "\(JSONText.number(milliseconds, decimals: 0)) ms"
            : "\(JSONText.number(milliseconds / 1_000, decimals: 0)) s"
    }

    private static func decade(of value: Double) -> Double {
        var exponent = 0.0
        while pow(10, exponent + 1) <= value { exponent += 1 }
        return exponent
    }

    static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    private static func bins(_ count: Int, along axis: Axis, of values: [Double]) -> [Bin] {
        func edge(_ index: Int) -> Double {
            let share = Double(index) / Double(count)
            return axis.isLogarithmic
                ? axis.lower * pow(axis.upper / axis.lower, share) : axis.lower + share * (axis.upper - axis.lower)
        }
        var bins = (0..<count).map { Bin(lower: edge($0), upper: edge($0 + 1)) }
        for value in values {
            bins[min(count - 1, max(0, Int(axis.position(value) * Double(count))))].count += 1
        }
        return bins
    }

    func drawn(in frame: Rectangle) -> [Markup] {
        let highest = max(1, bins.map(\.count).max() ?? 1, aside?.count ?? 0)
        let chart = Chart(
            heading: heading, remark: remark, horizontal: axis,
            vertical: Axis(upTo: Double(highest), wholeOnly: true), horizontalUnit: unit, verticalUnit: countUnit)
        let space = aside == nil ? 0 : 72.0
        let inner = Rectangle(x: frame.x, y: frame.y, width: frame.width - space, height: frame.height)
        return chart.drawn(in: inner) { plot in
            bins.filter { $0.count > 0 }.map { bin in
                let left = chart.point(bin.lower, Double(bin.count), in: plot)
                let right = chart.point(bin.upper, 0, in: plot)
                let gap = right.x - left.x > 4 ? 1.0 : 0
                return .rectangle(
                    "first",
                    Rectangle(x: left.x + gap, y: left.y, width: right.x - left.x - 2 * gap, height: right.y - left.y))
            } + drawnAside(chart, beside: plot)
        }
    }

    private func drawnAside(_ chart: Chart, beside plot: Rectangle) -> [Markup] {
        guard let aside else { return [] }
        let top = chart.point(axis.lower, Double(aside.count), in: plot).y
        let bar = Rectangle(x: plot.right + 24, y: top, width: 36, height: plot.bottom - top)
        return [
            .rectangle("second", bar),
            .line("axis", from: Point(x: bar.x - 6, y: plot.bottom), to: Point(x: bar.right + 6, y: plot.bottom)),
            .text(aside.label, "label", at: Point(x: bar.middle.x, y: plot.bottom + 18), .middle),
            .text(Axis.label(Double(aside.count)), "label", at: Point(x: bar.middle.x, y: top - 4), .middle),
        ]
    }
}

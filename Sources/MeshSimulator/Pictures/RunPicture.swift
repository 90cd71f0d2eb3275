/// One page about a run: overlays, then how deliveries went.
package struct RunPicture: Sendable {
    package let title: String
    package let subtitle: String
    package var overlays: [OverlayPicture]
    package var delays: HistogramPicture
    package var hops: HistogramPicture
    package var redundancy: RedundancyPicture

    package init(
        title: String, subtitle: String, overlays: [OverlayPicture], delays: HistogramPicture, hops: HistogramPicture,
        redundancy: RedundancyPicture
    ) {
        (self.title, self.subtitle, self.overlays) = (title, subtitle, overlays)
        (self.delays, self.hops, self.redundancy) = (delays, hops, redundancy)
    }

    private static let width = 1_200.0
    private static let margin = 32.0
    private static let chartHeight = 280.0

    /// A whole SVG file (SVG 1.1, nothing outside it is needed).
    package var svg: String {
        let content = Rectangle(x: Self.margin, y: 84, width: Self.width - 2 * Self.margin, height: 0)
        let (pieces, bottom) = overlays.count == 1 ? besideCharts(content) : aboveCharts(content)
        let height = bottom + Self.margin
        let page = Rectangle(x: 0, y: 0, width: Self.width, height: height)
        let head = [
            Markup("title", text: title), Markup("style", text: Palette.sheet),
            Markup.rectangle("paper", page),
            Markup.text(title, "title", at: Point(x: Self.margin, y: 40)),
            Markup.text(subtitle, "label", at: Point(x: Self.margin, y: 62)),
        ]
        return Markup(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(Int(Self.width)) \(Int(height))",
                "width": "\(Int(Self.width))", "height": "\(Int(height))", "role": "img",
            ], head + pieces
        ).written
    }

    /// One overlay on the left, both histograms on the right.
    private func besideCharts(_ content: Rectangle) -> ([Markup], bottom: Double) {
        var row = content
        row.height = 2 * Self.chartHeight + 24
        let columns = row.columns(2)
        let right = columns[1].rows(2)
        let pieces = overlays[0].drawn(in: columns[0]) + delays.drawn(in: right[0]) + hops.drawn(in: right[1])
        return finished(pieces, below: row)
    }

    /// Overlays side by side, up to three in a row, then the histograms.
    private func aboveCharts(_ content: Rectangle) -> ([Markup], bottom: Double) {
        var pieces: [Markup] = []
        var row = content
        row.height = 0
        let perRow = overlays.count == 4 ? 2 : min(3, max(1, overlays.count))
        for start in stride(from: 0, to: overlays.count, by: perRow) {
            let frames = Rectangle(x: row.x, y: row.bottom + (start == 0 ? 0 : 24), width: row.width, height: 0)
                .columns(perRow)
            // Square, and room for captions.
            row = Rectangle(x: row.x, y: frames[0].y, width: row.width, height: min(frames[0].width, 520) + 74)
            for (overlay, frame) in zip(overlays[start...], frames) {
                pieces += overlay.drawn(
                    in: Rectangle(x: frame.x, y: frame.y, width: frame.width, height: row.height))
            }
        }
        let charts = Rectangle(x: row.x, y: row.bottom + 24, width: row.width, height: Self.chartHeight)
        let columns = charts.columns(2)
        return finished(pieces + delays.drawn(in: columns[0]) + hops.drawn(in: columns[1]), below: charts)
    }

    private func finished(_ pieces: [Markup], below row: Rectangle) -> ([Markup], bottom: Double) {
        let last = Rectangle(x: row.x, y: row.bottom + 24, width: row.width, height: Self.chartHeight)
        return (pieces + redundancy.drawn(in: last), last.bottom)
    }
}

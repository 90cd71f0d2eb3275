/// A heading, two axes with their units, and a grid; what is drawn in it comes from others.
struct Chart {
    let heading: String
    /// What is worth knowing besides, at the right end of the heading's line.
    var remark = ""
    let horizontal: Axis
    let vertical: Axis
    let horizontalUnit: String
    let verticalUnit: String
    var legend: [LegendEntry] = []

    struct LegendEntry {
        let style: String
        let words: String
    }

    /// Where values are drawn.
    func plot(in frame: Rectangle) -> Rectangle { frame.inset(left: 48, top: 54, right: 14, bottom: 42) }

    func point(_ x: Double, _ y: Double, in plot: Rectangle) -> Point {
        Point(
            x: plot.x + horizontal.position(x) * plot.width, y: plot.bottom - vertical.position(y) * plot.height)
    }

    /// The frame with `content` in its plot.
    func drawn(in frame: Rectangle, _ content: (Rectangle) -> [Markup]) -> [Markup] {
        let plot = plot(in: frame)
        var pieces = [
            Markup.text(heading, "heading", at: Point(x: frame.x, y: frame.y + 16)),
            Markup.text(remark, "label", at: Point(x: frame.right - 14, y: frame.y + 16), .end),
            Markup.text(verticalUnit, "label", at: Point(x: frame.x, y: frame.y + 40)),
            Markup.text(horizontalUnit, "label", at: Point(x: plot.middle.x, y: frame.bottom - 4), .middle),
        ]
        pieces += grid(in: plot) + content(plot)
        pieces.append(
            .line("axis", from: Point(x: plot.x, y: plot.bottom), to: Point(x: plot.right, y: plot.bottom)))
        return pieces + Legend.drawn(legend, endingAt: Point(x: plot.right, y: frame.y + 40))
    }

    private func grid(in plot: Rectangle) -> [Markup] {
        let rows = vertical.ticks.flatMap { tick in
            let y = point(horizontal.lower, tick, in: plot).y
            return [
                Markup.line("grid", from: Point(x: plot.x, y: y), to: Point(x: plot.right, y: y)),
                Markup.text(Axis.label(tick), "label", at: Point(x: plot.x - 6, y: y + 4), .end),
            ]
        }
        let columns = horizontal.ticks.flatMap { tick in
            let x = point(tick, vertical.lower, in: plot).x
            return [
                Markup.line("axis", from: Point(x: x, y: plot.bottom), to: Point(x: x, y: plot.bottom + 4)),
                Markup.text(Axis.label(tick), "label", at: Point(x: x, y: plot.bottom + 18), .middle),
            ]
        }
        return rows + columns
    }
}

/// Samples of strokes and fills with their meaning, in one row.
enum Legend {
    /// A little more than what Helvetica takes on average at 12 px.
    private static let characterWidth = 6.2
    private static let gap = 18.0
    private static let sample = 22.0

    static func width(_ entries: [Chart.LegendEntry]) -> Double {
        entries.reduce(0) { $0 + sample + 6 + Double($1.words.count) * characterWidth + gap } - gap
    }

    /// `point` is the right end of the base line.
    static func drawn(_ entries: [Chart.LegendEntry], endingAt point: Point) -> [Markup] {
        drawn(entries, from: Point(x: point.x - width(entries), y: point.y))
    }

    static func drawn(_ entries: [Chart.LegendEntry], from start: Point) -> [Markup] {
        var x = start.x
        return entries.flatMap { entry in
            defer { x += sample + 6 + Double(entry.words.count) * characterWidth + gap }
            let isFilled = entry.style == "first" || entry.style == "second"
            let isDot = ["node", "absent", "author"].contains(entry.style)
            let mark: Markup =
                if isFilled {
                    .rectangle(entry.style, Rectangle(x: x + 8, y: start.y - 10, width: 14, height: 10), round: 2)
                } else if isDot {
                    .path(entry.style, "M\(Point(x: x + 14, y: start.y - 4).words)h0")
                } else {
                    .line(entry.style, from: Point(x: x, y: start.y - 4), to: Point(x: x + sample, y: start.y - 4))
                }
            return [mark, .text(entry.words, "label", at: Point(x: x + sample + 6, y: start.y))]
        }
    }
}

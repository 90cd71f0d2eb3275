/// A piece of an SVG document. All text is escaped when it is written, so that nothing a name holds becomes markup.
struct Markup {
    let name: String
    private let attributes: [(name: String, value: String)]
    private let content: Content

    private enum Content {
        case pieces([Markup])
        case text(String)
    }

    init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ pieces: [Markup] = []) {
        self.name = name
        self.attributes = attributes.map { ($0.key, $0.value) }
        content = .pieces(pieces)
    }

    init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
        self.name = name
        self.attributes = attributes.map { ($0.key, $0.value) }
        content = .text(text)
    }

    var written: String {
        var result = ""
        write(into: &result)
        return result
    }

    private func write(into result: inout String) {
        result += "<\(name)"
        for (name, value) in attributes { result += " \(name)=\"\(Self.escaped(value))\"" }
        switch content {
        case .pieces(let pieces) where pieces.isEmpty: result += "/>\n"
        case .pieces(let pieces):
            result += ">\n"
            for piece in pieces { piece.write(into: &result) }
            result += "</\(name)>\n"
        case .text(let text): result += ">\(Self.escaped(text))</\(name)>\n"
        }
    }

    /// XML 1.0: five characters have names, and most control characters may not stand in a document at all.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case let control where control.value < 0x20 || control.value == 0xFFFE || control.value == 0xFFFF:
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

// Shapes that pictures are made of.
extension Markup {
    /// Tenths of a pixel are finer than any screen.
    static func number(_ value: Double) -> String { JSONText.number(value, decimals: 1) }

    enum Anchor: String { case start, middle, end }

    static func text(_ text: String, _ style: String, at point: Point, _ anchor: Anchor = .start) -> Markup {
        Markup(
            "text",
            ["class": style, "x": number(point.x), "y": number(point.y), "text-anchor": anchor.rawValue], text: text)
    }

    static func line(_ style: String, from start: Point, to end: Point) -> Markup {
        path(style, "M\(start.words)L\(end.words)")
    }

    static func path(_ style: String, _ steps: String) -> Markup { Markup("path", ["class": style, "d": steps]) }

    static func rectangle(_ style: String, _ frame: Rectangle, round: Double = 0) -> Markup {
        Markup(
            "rect",
            [
                "class": style, "x": number(frame.x), "y": number(frame.y), "width": number(frame.width),
                "height": number(frame.height), "rx": number(round),
            ])
    }
}

/// In pixels, from the left and from the top.
struct Point {
    var x: Double
    var y: Double

    var words: String { "\(Markup.number(x)) \(Markup.number(y))" }
}

struct Rectangle {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
    var middle: Point { Point(x: x + width / 2, y: y + height / 2) }

    func inset(left: Double, top: Double, right: Double, bottom: Double) -> Rectangle {
        Rectangle(x: x + left, y: y + top, width: width - left - right, height: height - top - bottom)
    }

    /// Side by side, with a gap between.
    func columns(_ count: Int, gap: Double = 24) -> [Rectangle] {
        let width = (width - gap * Double(count - 1)) / Double(count)
        return (0..<count).map { Rectangle(x: x + (width + gap) * Double($0), y: y, width: width, height: height) }
    }

    /// One above the other, with a gap between.
    func rows(_ count: Int, gap: Double = 24) -> [Rectangle] {
        let height = (height - gap * Double(count - 1)) / Double(count)
        return (0..<count).map { Rectangle(x: x, y: y + (height + gap) * Double($0), width: width, height: height) }
    }
}

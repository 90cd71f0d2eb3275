/// How a cell looks. Colour is never the only sign of anything: without colours every mark still reads the same.
package struct Style: Hashable, Sendable {
    package struct Traits: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let bold = Traits(rawValue: 1)
        package static let dim = Traits(rawValue: 2)
        package static let reverse = Traits(rawValue: 4)
        package static let underline = Traits(rawValue: 8)
        /// Black on white whatever the terminal's own colours are, as cameras want it.
        package static let ink = Traits(rawValue: 16)
    }

    /// A colour's number; nil for the terminal's usual one.
    package var foreground: UInt8?
    package var traits: Traits

    package init(_ foreground: UInt8? = nil, _ traits: Traits = []) {
        (self.foreground, self.traits) = (foreground, traits)
    }

    package static let plain = Style()
    static let bold = Style(nil, .bold)
    static let dim = Style(nil, .dim)
    static let bar = Style(nil, .reverse)
    static let good = Style(2)
    static let warning = Style(3, .bold)
    static let alarm = Style(1, .bold)
    static let link = Style(nil, .underline)
    static let ink = Style(nil, .ink)
}

/// The colours of nicks: by key, so that a nick keeps its colour and a stranger with the same nick has another one.
enum NickColour {
    /// Readable on dark and on light ground, and neither red nor yellow, which warn.
    private static let palette: [UInt8] = [2, 4, 5, 6, 10, 12, 13, 14, 32, 36, 64, 71, 99, 105, 133, 172]

    static func of(_ firstByte: UInt8, colours: Int) -> Style {
        let usable = palette.filter { Int($0) < colours }
        guard !usable.isEmpty else { return .bold }
        return Style(usable[Int(firstByte) % usable.count])
    }
}

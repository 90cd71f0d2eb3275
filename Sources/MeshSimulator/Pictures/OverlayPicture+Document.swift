extension OverlayPicture {
    private static let size = 720.0

    /// The overlay alone as a whole SVG file (SVG 1.1, nothing outside it is needed).
    package var svg: String {
        let page = Rectangle(x: 0, y: 0, width: Self.size, height: Self.size + 48)
        return Markup(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(Int(page.width)) \(Int(page.height))",
                "width": "\(Int(page.width))", "height": "\(Int(page.height))", "role": "img",
            ],
            [Markup("title", text: title), Markup("style", text: Palette.sheet), .rectangle("paper", page)]
                + drawn(in: page)
        ).written
    }
}

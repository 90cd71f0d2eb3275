internal import Glibc
internal import MeshCore

/// The mesh as this node sees it: a picture, the own links, what happened last.
enum NetworkView {
    static func draw(_ model: ChatModel, _ width: Int, on canvas: inout Canvas) {
        let inReach = model.snapshot.members.count(where: \.isInReach)
        let agreed = model.snapshot.isConverged ? "all views agree" : "comparing views"
        var rows: [[Span]] = []
        let room = PopupBox.rows(model.size)
        if width >= 60 && room >= 14 {
            rows = beside(MeshPicture.rows(of: model, width: 32, height: 9), links(model, width - 34))
        } else {
            rows = links(model, width)
        }
        rows += [
            [], .text("\(agreed), \(model.snapshot.messages) messages kept, listening on \(model.listening)", .dim),
        ]
        let events = model.happenings.suffix(max(0, room - rows.count))
        rows += events.reversed().map { .text(CellWidth.cut("\(model.time.clock($0.at)) \($0.text)", to: width), .dim) }
        PopupBox.draw(
            "Network (F5, /network)  \(inReach) in reach, \(model.snapshot.edges.count) links in all", rows,
            footer: "Esc close  r look again  /network new|refound|forget", size: model.size, on: &canvas)
    }

    private static func links(_ model: ChatModel, _ width: Int) -> [[Span]] {
        var rows: [[Span]] = [.text(CellWidth.fit("my links", 14) + "push   rtt    up", .bold)]
        for link in model.snapshot.links {
            let time = link.roundTrip.map(MembersView.milliseconds) ?? "-"
            let up = model.now > link.since ? (model.now - link.since) / 1_000 : 0
            let text =
                CellWidth.fit(model.name(link.id), 13) + " " + (link.isEager ? "eager  " : "lazy   ")
                + CellWidth.fit(time, 7) + age(up)
            rows.append(.text(CellWidth.cut(text, to: width)))
        }
        if model.snapshot.links.isEmpty { rows.append(.text("none", .dim)) }
        return rows
    }

    private static func age(_ seconds: UInt64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3_600: "\(seconds / 60)m"
        default: "\(seconds / 3_600)h\(seconds / 60 % 60)"
        }
    }

    private static func beside(_ left: [String], _ right: [[Span]]) -> [[Span]] {
        (0..<max(left.count, right.count)).map { index in
            let text = index < left.count ? left[index] : ""
            return [Span(text: CellWidth.fit(text, 34))] + (index < right.count ? right[index] : [])
        }
    }
}

/// Members on an ellipse, a line for each link; own links double.
enum MeshPicture {
    static func rows(of model: ChatModel, width: Int, height: Int) -> [String] {
        let shown = model.snapshot.members.filter(\.isInReach).sorted { $0.id < $1.id }.prefix(12)
        guard !shown.isEmpty else { return ["no network yet"] }
        var canvas = Canvas(Size(rows: height, columns: width))
        var places: [NodeID: Point] = [:]
        for (index, member) in shown.enumerated() {
            // Corners at half steps, so that four members stand in a rectangle and not on a cross.
            let angle = 2 * Double.pi * (Double(index) + 0.5) / Double(shown.count)
            places[member.id] = Point(
                row: Int((Double(height - 1) / 2 * (1 + sin(angle))).rounded()),
                column: Int((Double(width - 9) / 2 * (1 + cos(angle))).rounded()) + 4)
        }
        for edge in model.snapshot.edges {
            guard let from = places[edge.low], let to = places[edge.high] else { continue }
            let isOwn = edge.low == model.selfID || edge.high == model.selfID
            line(from, to, isOwn ? "═" : "·", on: &canvas)
        }
        for member in shown {
            guard let place = places[member.id] else { continue }
            let name = CellWidth.cut(model.name(member.id), to: 8)
            canvas.write(name, place.row, max(0, place.column - CellWidth.of(name) / 2), .bold)
        }
        return canvas.rows.map { $0.map(\.text).joined() }
    }

    /// Bresenham's line.
    private static func line(_ from: Point, _ to: Point, _ sign: String, on canvas: inout Canvas) {
        let (across, down) = (abs(to.column - from.column), -abs(to.row - from.row))
        var (column, row, error) = (from.column, from.row, across + down)
        while true {
            canvas.write(sign, row, column)
            if column == to.column, row == to.row { return }
            let twice = 2 * error
            if twice >= down {
                error += down
                column += from.column < to.column ? 1 : -1
            }
            if twice <= across {
                error += across
                row += from.row < to.row ? 1 : -1
            }
        }
    }
}

private import func Glibc.cos
private import func Glibc.sin

/// A mesh at one moment: its nodes on a circle in the order of their keys, which is the ring of the topology, so that
/// ring links run along the circle and chords across.
package struct OverlayPicture: Sendable {
    /// Which links pass on one author's messages at once.
    package struct Tree: Sendable {
        package let author: Int
        /// Pairs of node numbers, the smaller one first.
        package let eager: Set<[Int]>

        package init(author: Int, eager: Set<[Int]>) { (self.author, self.eager) = (author, eager) }
    }

    let title: String
    package let graph: OverlayGraph
    /// All nodes that ever were, in the order of the circle.
    let order: [Int]
    let tree: Tree?

    package init(title: String, graph: OverlayGraph, order: [Int], tree: Tree? = nil) {
        (self.title, self.graph, self.order, self.tree) = (title, graph, order, tree)
    }

    /// Above this many nodes lines are thin and nothing is labelled.
    private static let mostLabelled = 300
    private var isDense: Bool { order.count > Self.mostLabelled }

    /// Ten thousand nodes have fifteen thousand links: only when they shine through each other is there anything to see.
    private var width: String { order.count > 3_000 ? " hair" : isDense ? " thin" : "" }

    /// Links by how they are drawn.
    package enum Kind: String, Sendable, CaseIterable { case link, lazy, eager }

    package func links(_ kind: Kind) -> [(Int, Int)] {
        graph.nodes.flatMap { node in
            graph.neighbours[node].filter { $0 > node && self.kind(node, $0) == kind }.map { (node, $0) }
        }
    }

    private func kind(_ first: Int, _ second: Int) -> Kind {
        guard let tree else { return .link }
        return tree.eager.contains([first, second]) ? .eager : .lazy
    }

    func drawn(in frame: Rectangle) -> [Markup] {
        let circle = Circle(frame.inset(left: 26, top: 78, right: 26, bottom: 48), order: order)
        let neighbours = ringNeighbours
        let strokes = Kind.allCases.flatMap { kind -> [Markup] in
            let path = links(kind).map { first, second in
                neighbours[first] == second || neighbours[second] == first
                    ? circle.arc(first, second) : circle.chord(first, second)
            }.joined()
            return path.isEmpty ? [] : [.path(kind.rawValue + width, path)]
        }
        return captions(in: frame) + strokes + dots(on: circle) + labels(on: circle)
    }

    /// The next running node on the circle, for each.
    private var ringNeighbours: [Int: Int] {
        let running = Set(graph.nodes)
        let ring = order.filter(running.contains)
        guard let first = ring.first else { return [:] }
        return Dictionary(uniqueKeysWithValues: zip(ring, ring.dropFirst() + [first]))
    }

    private func captions(in frame: Rectangle) -> [Markup] {
        let parts = graph.parts
        let words =
            "\(graph.nodes.count) nodes, \(graph.degrees.reduce(0, +) / 2) links, "
            + (parts == 1 ? "one part" : "\(parts) parts")
        var treeWords = ""
        var legend: [Chart.LegendEntry] = []
        if let tree {
            treeWords = "messages of node\(tree.author): \(links(.eager).count) eager, \(links(.lazy).count) lazy"
            legend += [
                .init(style: "eager", words: "eager link"), .init(style: "lazy", words: "lazy link"),
                .init(style: "author", words: "node\(tree.author)"),
            ]
        } else {
            legend.append(.init(style: "link", words: "link"))
        }
        legend.append(.init(style: "node", words: "node"))
        if graph.nodes.count < order.count { legend.append(.init(style: "absent", words: "not running")) }
        let start = frame.middle.x - Legend.width(legend) / 2
        return [
            .text(title, "heading", at: Point(x: frame.x, y: frame.y + 16)),
            .text(words, "label", at: Point(x: frame.x, y: frame.y + 34)),
            .text(treeWords, "label", at: Point(x: frame.x, y: frame.y + 50)),
        ] + Legend.drawn(legend, from: Point(x: start, y: frame.bottom - 4))
    }

    private func dots(on circle: Circle) -> [Markup] {
        let running = Set(graph.nodes)
        // Dots must not hide the ring between them.
        let size = isDense ? " small" : order.count > 80 ? " medium" : ""
        func path(_ nodes: [Int]) -> String { nodes.map { "M\(circle.point(of: $0).words)h0" }.joined() }
        let absent = path(order.filter { !running.contains($0) })
        var pieces = absent.isEmpty ? [] : [Markup.path("absent" + size, absent)]
        pieces.append(.path("node" + size, path(order.filter(running.contains))))
        if let tree { pieces.append(.path("author", path([tree.author]))) }
        return pieces
    }

    /// Numbers of nodes, as many as have room.
    private func labels(on circle: Circle) -> [Markup] {
        guard !isDense else { return [] }
        let every = max(1, Int((Double(order.count) * 16 / circle.circumference).rounded(.up)))
        return order.enumerated().filter { $0.offset % every == 0 }.map { place, node in
            var point = circle.point(at: place, beyond: 13)
            // The base line is below the middle of the digits.
            point.y += 3
            return .text("\(node)", "tiny", at: point, .middle)
        }
    }
}

/// Nodes on a circle, clockwise from the top.
private struct Circle {
    let centre: Point
    let radius: Double
    private let places: [Int: Int]

    init(_ frame: Rectangle, order: [Int]) {
        centre = frame.middle
        radius = min(frame.width, frame.height) / 2
        places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    }

    var circumference: Double { 2 * .pi * radius }

    /// Of the screen, where y grows downwards: 0 is to the right, 90 down. Between 0 and 360.
    func degrees(of place: Int) -> Double {
        let degrees = 360 * Double(place) / Double(max(1, places.count)) - 90
        return degrees < 0 ? degrees + 360 : degrees
    }

    func direction(_ degrees: Double) -> Point {
        Point(x: cos(degrees * .pi / 180), y: sin(degrees * .pi / 180))
    }

    func point(at place: Int, beyond: Double = 0) -> Point {
        let direction = direction(degrees(of: place))
        return Point(
            x: centre.x + (radius + beyond) * direction.x, y: centre.y + (radius + beyond) * direction.y)
    }

    func point(of node: Int) -> Point { point(at: places[node] ?? 0) }

    /// Bent towards the centre, so that a chord between nodes that are close stands clear of the circle.
    func chord(_ first: Int, _ second: Int) -> String {
        let (start, end) = (point(of: first), point(of: second))
        let bend = 0.25
        let control = Point(
            x: centre.x * bend + (start.x + end.x) / 2 * (1 - bend),
            y: centre.y * bend + (start.y + end.y) / 2 * (1 - bend))
        return "M\(start.words)Q\(control.words) \(end.words)"
    }

    /// Along the circle, the shorter way.
    func arc(_ first: Int, _ second: Int) -> String {
        let distance = ((places[second] ?? 0) - (places[first] ?? 0) + places.count) % max(1, places.count)
        let isClockwise = 2 * distance <= places.count
        let words = Markup.number(radius)
        return "M\(point(of: first).words)A\(words) \(words) 0 0 \(isClockwise ? 1 : 0) \(point(of: second).words)"
    }
}

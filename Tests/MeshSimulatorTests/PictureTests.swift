import Foundation
import Testing

@testable import MeshSimulator

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct PictureTests {
    /// Elements by name, and all text, of a document that is well-formed XML.
    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [(name: String, attributes: [String: String])] = []
        var text = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements.append((name, attributes))
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

        /// Attributes of all elements of one style.
        func styled(_ style: String) -> [[String: String]] {
            elements.map(\.attributes).filter { $0["class"] == style }
        }
    }

    private func read(_ document: String) throws -> Reader {
        let reader = Reader()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = reader
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return reader
    }

    /// A ring of `count` with one chord.
    private func ring(_ count: Int) -> OverlayGraph {
        let ring = (0..<count).map { ($0, ($0 + 1) % count) }
        return OverlayGraph(count: count, nodes: Array(0..<count), edges: ring + [(0, count / 2)])
    }

    private func page(_ overlays: [OverlayPicture], title: String = "a run") -> RunPicture {
        RunPicture(
            title: title, subtitle: "passed", overlays: overlays,
            delays: HistogramPicture(delays: [10, 20, 20, 35]),
            hops: HistogramPicture(hops: [1, 2, 2, 3], repaired: 1),
            redundancy: RedundancyPicture(payloads: [0, 9, 4], deliveries: [0, 4, 4], seconds: 5))
    }

    @Test(arguments: [1, 2, 3, 4, 7])
    func aPageIsWellFormedAndNeedsNothingFromOutside(overlays: Int) throws {
        let pictures = (0..<overlays).map {
            OverlayPicture(title: "moment \($0)", graph: ring(12), order: Array(0..<12))
        }
        let reader = try read(page(pictures).svg)
        #expect(reader.elements.count { $0.name == "svg" } == 1)
        #expect(reader.text.contains("moment \(overlays - 1)"))
        let attributes = reader.elements.flatMap(\.attributes)
        #expect(!attributes.contains { $0.key.contains("href") || $0.value.contains("url(") })
        let numbers = attributes.filter { ["d", "x", "y", "width", "height"].contains($0.key) }
        // Neither "nan" nor "null" nor "inf".
        #expect(numbers.count > 50 && !numbers.contains { $0.value.contains("n") })
    }

    @Test func textIsEscaped() throws {
        let title = "</text><script>alert(\"1\") & 'x'</script>\u{1}"
        let picture = OverlayPicture(title: title, graph: ring(6), order: Array(0..<6))
        let reader = try read(page([picture], title: title).svg)
        #expect(!reader.elements.contains { $0.name == "script" })
        #expect(reader.text.contains("</text><script>alert(\"1\") & 'x'</script>\u{FFFD}"))
    }

    @Test func attributesAreEscaped() {
        #expect(Markup("a", ["b": "\"<&>'"]).written == "<a b=\"&quot;&lt;&amp;&gt;&#39;\"/>\n")
    }

    @Test func linksOfATreeAreEagerAndTheOthersLazy() {
        let tree = OverlayPicture.Tree(author: 0, eager: [[0, 1], [1, 2], [2, 3]])
        let picture = OverlayPicture(title: "", graph: ring(4), order: [2, 0, 3, 1], tree: tree)
        #expect(picture.links(.eager).map { [$0.0, $0.1] } == [[0, 1], [1, 2], [2, 3]])
        #expect(picture.links(.lazy).map { [$0.0, $0.1] }.sorted { $0[1] < $1[1] } == [[0, 2], [0, 3]])
        #expect(picture.links(.link).isEmpty)
    }

    @Test func aLargeOverlayHasThinLinesAndNoLabels() throws {
        let small = try read(page([OverlayPicture(title: "", graph: ring(300), order: Array(0..<300))]).svg)
        let large = try read(page([OverlayPicture(title: "", graph: ring(301), order: Array(0..<301))]).svg)
        #expect(small.styled("tiny").count > 50)
        #expect(large.styled("tiny").isEmpty)
        #expect(large.styled("link thin").count == 1)
    }

    @Test func whoVanishedIsStillSeen() throws {
        let graph = OverlayGraph(count: 6, nodes: [0, 1, 2], edges: [(0, 1), (1, 2)])
        let reader = try read(page([OverlayPicture(title: "", graph: graph, order: Array(0..<6))]).svg)
        #expect(reader.text.contains("3 nodes, 2 links, one part"))
        // One dot in the legend and three on the circle.
        let dots = reader.styled("absent").compactMap { $0["d"] }.map { $0.components(separatedBy: "h0").count - 1 }
        #expect(dots.sorted() == [1, 3])
    }

    // MARK: Charts

    @Test func histogramsHoldEveryValueOnce() {
        for delays in [[], [0], [5, 5, 5], Array(stride(from: 1.0, to: 500, by: 3)), [20, 30, 40, 600_000]] {
            let picture = HistogramPicture(delays: delays)
            #expect(picture.bins.reduce(0) { $0 + $1.count } == delays.count)
        }
        let hops = HistogramPicture(hops: [1, 1, 2, 4], repaired: 0)
        #expect(hops.bins.map(\.count) == [2, 1, 0, 1])
    }

    @Test func aLongTailGetsALogarithmicAxis() {
        #expect(HistogramPicture(delays: [20, 30, 40, 600_000]).axis.isLogarithmic)
        #expect(!HistogramPicture(delays: [20, 30, 40, 90]).axis.isLogarithmic)
    }

    @Test(arguments: [(0.9, 1.0), (1, 1), (1.1, 2), (3, 5), (7, 10), (20, 20), (230, 500), (0.03, 0.05)])
    func stepsOfAxesAreRound(least: Double, step: Double) {
        #expect(abs(Axis.roundStep(least) - step) < 1e-9)
    }

    @Test func redundancyOfALongRunIsAveraged() {
        let picture = RedundancyPicture(
            payloads: Array(repeating: 6, count: 1_000), deliveries: Array(repeating: 3, count: 500), seconds: 1_000)
        #expect(picture.steps.count <= 240)
        #expect(picture.steps.first?.payloads == 6 && picture.steps.first?.deliveries == 3)
        #expect(picture.steps.last?.deliveries == 0)
        let frames = picture.steps.dropLast().reduce(0) { $0 + $1.payloads * $1.width }
        #expect(frames == 6 * (1_000 - (picture.steps.last?.width ?? 0)))
    }

    // MARK: A real run

    @Test func aRunIsDrawnWithTheTreeOfItsLastSpeaker() throws {
        let scenario = try #require(Scenario.named("steady"))
        var options = Scenario.Options(nodes: 8, seed: 2)
        options.cryptography = .fast
        let stage = scenario.run(options)
        let reader = try read(stage.picture)
        #expect(reader.text.contains("steady: 8 nodes, seed 2"))
        // A tree over eight nodes has seven links.
        #expect(reader.text.contains(": 7 eager, "))
        let (delays, hops, repaired) = stage.world.ledger.deliveries
        #expect(delays.count == 7 * stage.world.ledger.messages.count)
        #expect(hops.count + repaired == delays.count)
        #expect(stage.world.ledger.deliveriesBySecond.reduce(0, +) == delays.count)
    }
}

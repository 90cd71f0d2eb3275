package import MeshCore

extension Stage {
    /// The run as one SVG file.
    package var picture: String {
        let seconds = Int(report.simulatedSeconds.rounded(.up))
        let (delays, hops, repaired) = world.ledger.deliveries
        return RunPicture(
            title: "\(report.scenario): \(options.nodes) nodes, seed \(options.seed)", subtitle: subtitle,
            overlays: overlayPictures, delays: HistogramPicture(delays: delays),
            hops: HistogramPicture(hops: hops, repaired: repaired),
            redundancy: RedundancyPicture(
                payloads: world.traffic.payloadsBySecond, deliveries: world.ledger.deliveriesBySecond,
                seconds: seconds)
        ).svg
    }

    private var subtitle: String {
        let verdict = isStopped ? "stopped in the chapter \"\(chapter)\"" : report.passed ? "passed" : "FAILED"
        var words = [verdict, "\(JSONText.rounded(report.simulatedSeconds)) simulated s"]
        words.append("\(world.ledger.messages.count) messages")
        if let delivered = report.delivered { words.append("delivered \(JSONText.number(delivered))") }
        if let rmr = report.rmr { words.append("redundancy \(JSONText.number(rmr))") }
        if let seconds = report.repairSeconds { words.append("repaired after \(JSONText.rounded(seconds)) s") }
        return words.joined(separator: ", ")
    }

    /// What the story kept, and how it ended, with a tree.
    private var overlayPictures: [OverlayPicture] {
        let order = world.nodes.sorted { $0.id < $1.id }.map(\.index)
        let final = world.overlay
        var kept = pictures
        // A picture of the very end would show the same links twice.
        if let last = kept.last, last.overlay.neighbours == final.neighbours, last.overlay.nodes == final.nodes {
            kept.removeLast()
        }
        let title = kept.count < pictures.count ? pictures[kept.count].title : "at the end"
        return kept.map { OverlayPicture(title: $0.title, graph: $0.overlay, order: order) }
            + [OverlayPicture(title: title, graph: final, order: order, tree: tree)]
    }

    /// Of whoever runs and spoke last: its tree is as the latest repairs left it.
    private var tree: OverlayPicture.Tree? {
        let speakers = world.ledger.messages.filter { $0.target == nil }.map(\.author)
        guard let author = speakers.last(where: { world.nodes[$0].isUp }) else { return nil }
        return OverlayPicture.Tree(author: author, eager: world.eagerEdges(for: world.nodes[author].id))
    }
}

extension World {
    /// Pairs of node numbers, the smaller one first, of which one at least pushes messages of this author to the other.
    package func eagerEdges(for author: NodeID) -> Set<[Int]> {
        var edges: Set<[Int]> = []
        for node in runningNodes {
            for link in node.core.eagerLinks(for: author) {
                if let peer = peer(of: link, at: node) { edges.insert([min(node.index, peer), max(node.index, peer)]) }
            }
        }
        return edges
    }
}

extension MessageLedger {
    /// All first copies at others than the author: ms that they took, links they crossed, and how many repair brought.
    package var deliveries: (delays: [Double], hops: [Int], repaired: Int) {
        var (delays, hops, repaired): ([Double], [Int], Int) = ([], [], 0)
        for message in messages {
            for node in message.firstAt.indices where node != message.author && message.firstAt[node] >= 0 {
                delays.append(Double(message.firstAt[node] - message.sentAt) / 1e6)
                if let crossed = message.hops[node] { hops.append(Int(crossed)) } else { repaired += 1 }
            }
        }
        return (delays, hops, repaired)
    }

    /// First copies at others than the author, in each second since the run began.
    package var deliveriesBySecond: [Int] {
        var counts: [Int] = []
        for message in messages {
            for node in message.firstAt.indices where node != message.author && message.firstAt[node] >= 0 {
                let second = Int(message.firstAt[node] / 1_000_000_000)
                while counts.count <= second { counts.append(0) }
                counts[second] += 1
            }
        }
        return counts
    }
}

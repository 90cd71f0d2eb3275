import MeshCore

// What can be seen of the world from outside.
extension OverlayWorld {
    private var present: [Int] { nodes.indices.filter { nodes[$0].isAlive && nodes[$0].starts <= time } }

    package var degrees: [Int] { present.map { nodes[$0].sockets.count } }

    /// Links that both ends hold.
    private func openPeers(of number: Int) -> [Int] {
        nodes[number].sockets.compactMap { socket in
            let peer = nodes[socket.peer]
            return peer.isAlive && peer.socket(of: socket.connection) != nil ? socket.peer : nil
        }
    }

    /// Parts of the graph of sockets that both ends hold.
    package var components: Int {
        var seen = Array(repeating: false, count: nodes.count)
        var count = 0
        for start in present where !seen[start] {
            seen[start] = true
            count += 1
            var queue = [start]
            while let number = queue.popLast() {
                for peer in openPeers(of: number) where !seen[peer] {
                    seen[peer] = true
                    queue.append(peer)
                }
            }
        }
        return count
    }

    /// The links between `number` and the node farthest from it, over open links.
    func floor(from number: Int) -> Int {
        var distances = Array(repeating: -1, count: nodes.count)
        distances[number] = 0
        var queue = [number]
        var next = 0
        while next < queue.count {
            let here = queue[next]
            next += 1
            for peer in openPeers(of: here) where distances[peer] < 0 {
                distances[peer] = distances[here] + 1
                queue.append(peer)
            }
        }
        return distances[queue[queue.count - 1]]
    }

    /// Pairs of ring neighbours, among those who can be dialled, that are not linked.
    package var ringGaps: Int {
        let ring = present.filter { isDiallable[$0] }.sorted { nodes[$0].id < nodes[$1].id }
        guard ring.count > 1 else { return 0 }
        return ring.indices.count { nodes[ring[$0]].socket(to: ring[($0 + 1) % ring.count]) == nil }
    }

    /// Everybody sees as reachable exactly those who are alive, and was told so.
    package var hasRightViews: Bool {
        let present = present
        var isPresent = Array(repeating: false, count: nodes.count)
        for number in present { isPresent[number] = true }
        let ids = present.map { nodes[$0].id }.sorted()
        return present.allSatisfy { nodes[$0].reachable == isPresent && nodes[$0].machine.reachable == ids }
    }

    /// One component, ring closed, views right and nobody repairing any more.
    package func isSettled() -> Bool {
        ringGaps == 0 && present.allSatisfy { !isDiallable[$0] || nodes[$0].sockets.count <= options.maxDegree }
            && components == 1 && hasRightViews
    }

    // MARK: The report

    /// Figures over these messages, by number; over all of them if nothing is said.
    package func report(on range: Range<Int>? = nil) -> OverlayReport {
        let counted = messages[range ?? messages.indices]
        let (delivered, pairs, payloads) = deliveries(counted)
        let ratios = counted.filter { $0.floor > 0 }.map { Double(lastHop($0)) / Double($0.floor) }
        let newest = counted.first.flatMap { first in counted.last { $0.author == first.author } }
        let repaired = connectedAt.flatMap { repair(connectedAt: $0) }
        return OverlayReport(
            delivered: pairs == 0 ? 1 : Double(delivered) / Double(pairs),
            duplicates: counted.reduce(0) { $0 + $1.duplicates },
            rmr: payloads.wanted == 0 ? 0 : Double(payloads.sent) / Double(payloads.wanted) - 1,
            lastHop: newest.map { lastHop($0) } ?? 0, lastHopFloor: newest?.floor ?? 0,
            meanHopRatio: ratios.isEmpty ? 0 : ratios.reduce(0, +) / Double(ratios.count),
            largestHopRatio: ratios.max() ?? 0,
            connectedSeconds: connectedAt.flatMap { seconds(sinceFault: $0) },
            repairSeconds: repaired.flatMap { seconds(sinceFault: $0) }, connected: components == 1,
            degrees: degreeHistogram, largestDegree: largestDegree, dials: dials,
            repaired: counted.reduce(0) { $0 + $1.repaired }, grafted: counted.reduce(0) { $0 + $1.grafted },
            mostInFlight: wheel.largestCount, events: events, traceHash: trace, simulatedMilliseconds: time)
    }

    private func lastHop(_ message: OverlayMessage) -> Int {
        nodes.indices.reduce(0) { nodes[$1].isAlive ? max($0, Int(message.hops[$1])) : $0 }
    }

    /// Pairs of message and survivor with exactly one delivery, all such pairs, and payloads over those who need one.
    private func deliveries(
        _ counted: ArraySlice<OverlayMessage>
    ) -> (delivered: Int, pairs: Int, payloads: (sent: Int, wanted: Int)) {
        let survivors = present
        var (delivered, payloads) = (0, (sent: 0, wanted: 0))
        for message in counted {
            delivered += survivors.count { message.deliveries[$0] == 1 }
            payloads.sent += message.payloads
            payloads.wanted += message.audience - 1
        }
        return (delivered, survivors.count * counted.count, payloads)
    }

    /// When everybody had every message that was sent between the last fault and the moment the graph was one again.
    private func repair(connectedAt: Int) -> Int? {
        guard let lastFault else { return nil }
        let survivors = present
        var last = connectedAt
        for message in messages where (lastFault...connectedAt).contains(message.sentAt) {
            for survivor in survivors {
                guard message.isWith(survivor) else { return nil }
                last = max(last, Int(message.arrivals[survivor]))
            }
        }
        return last
    }

    private func seconds(sinceFault moment: Int) -> Double? { lastFault.map { Double(moment - $0) / 1_000 } }

    private var degreeHistogram: [Int] {
        let degrees = degrees
        var histogram = Array(repeating: 0, count: (degrees.max() ?? 0) + 1)
        for degree in degrees { histogram[degree] += 1 }
        return histogram
    }
}

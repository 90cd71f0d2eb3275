import MeshCore
import Testing

/// A disk that takes nothing: the chat goes on, and people are told once.
@Suite struct FullDiskTests {
    private func durable() -> LoneNode { LoneNode.founder { $0.isDurable = true } }

    @Test func theChatGoesOnWithOneWarningAndACounter() {
        let node = durable()
        node.diskIsFull = true
        for number in 0..<10 {
            guard case .sent = node.perform(.send(text: Array("line \(number)".utf8))) else {
                Issue.record("not sent")
                return
            }
        }
        #expect(node.texts.count == 10 && node.shown.count == 10)
        #expect(node.warnings("storage") == 1 && node.warnings("storage-restored") == 0)
        #expect(node.counter("storageFailures") >= 10)
    }

    @Test func theEndOfItIsToldOnceAndANewBeginningAgain() {
        let node = durable()
        for _ in 0..<3 {
            node.diskIsFull = true
            for _ in 0..<2 { _ = node.perform(.send(text: Array("full".utf8))) }
            node.diskIsFull = false
            for _ in 0..<2 { _ = node.perform(.send(text: Array("free".utf8))) }
        }
        #expect(node.warnings("storage") == 3 && node.warnings("storage-restored") == 3)
    }

    @Test func aHistoryThatCannotBeOpenedIsToldAtTheStartAndTheChatGoesOn() {
        let node = LoneNode.founder { $0.historyProblem = "disk I/O error" }
        guard case .sent = node.perform(.send(text: Array("in memory".utf8))) else {
            Issue.record("not sent")
            return
        }
        #expect(node.texts == ["in memory"])
        #expect(node.warnings("storage") == 1 && node.counter("storageFailures") == 1)
    }

    @Test func theStateOfTheNetworkIsAnotherPlaceThanTheMessages() {
        let node = durable()
        node.diskIsFull = true
        _ = node.perform(.send(text: Array("full".utf8)))
        guard case .refused(.storage) = node.perform(.setNick("other")) else {
            Issue.record("a nick that was not stored must be refused")
            return
        }
        #expect(node.warnings("storage") == 2)
        node.diskIsFull = false
        #expect(node.perform(.setNick("other")) == .done)
        #expect(node.warnings("storage-restored") == 1)
        _ = node.perform(.send(text: Array("free".utf8)))
        #expect(node.warnings("storage-restored") == 2)
    }

    @Test func whatIsStoredLaterIsAcknowledgedThen() throws {
        let node = durable()
        let peer = HostilePeer.member(10, of: node)
        let link = peer.join()
        peer.push(try peer.compose("one"), over: link)
        node.diskIsFull = true
        peer.push(try peer.compose("two"), over: link)
        node.diskIsFull = false
        node.run(for: .seconds(20))
        #expect(node.core.ownAckEntries.map(\.seq) == [0])
        node.feed(.persisted(try #require(node.failed.first)))
        node.run(for: .seconds(20))
        #expect(node.core.ownAckEntries.map(\.seq) == [1] && node.warnings("storage-restored") == 1)
    }
}

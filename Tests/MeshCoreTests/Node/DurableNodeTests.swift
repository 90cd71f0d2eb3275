import MeshSimulator
import Testing

@testable import MeshCore

/// What a store on disk promises: nothing is told before it is there, and what is there is not told again.
@Suite struct DurableNodeTests {
    @Test func aRestartKeepsMessagesInOrderAndTellsThemOnce() {
        let node = LoneNode.durableFounder()
        for text in ["one", "two", "three"] { node.perform(.send(text: Array(text.utf8))) }
        let next = node.again()
        #expect(next.texts == ["one", "two", "three"])
        #expect(next.shown.isEmpty)
        next.perform(.send(text: Array("four".utf8)))
        #expect(next.texts == ["one", "two", "three", "four"])
        #expect(next.core.history(since: 0, limit: 9).map(\.index) == [0, 1, 2, 3])
        #expect(next.core.history(since: 0, limit: 9).map(\.seq) == [0, 1, 2, 3], "the chain goes on")
    }

    @Test func prekeysOutliveARestartUntilTheyAreDue() {
        let node = LoneNode.durableFounder()
        let before = node.disk.prekeyCount
        #expect(before == 2, "a fast one and a slow one")
        #expect(node.again().disk.prekeyCount == before)
        let late = node.again(after: .seconds(9 * 86_400))
        #expect(late.disk.prekeyCount == 2, "new ones; the old ones are erased before anything is sent")
    }

    @Test func oldMessagesAreForgottenAndDoNotComeBack() {
        let node = LoneNode.durableFounder { $0.keepMessages = .seconds(3_600) }
        node.perform(.send(text: Array("old".utf8)))
        node.run(for: .seconds(2 * 3_600))
        node.perform(.send(text: Array("new".utf8)))
        node.run(for: .seconds(3_000))
        #expect(node.texts == ["new"])
        #expect(node.disk.messageCount == 1)
        let next = node.again() { $0.keepMessages = .seconds(3_600) }
        #expect(next.texts == ["new"])
    }

    @Test func theNewestStayWhenTheirNumberIsBounded() {
        let node = LoneNode.durableFounder { $0.storedMessages = 3 }
        for number in 0..<9 { node.perform(.send(text: Array("\(number)".utf8))) }
        node.run(for: .seconds(3_700))
        #expect(node.texts == ["6", "7", "8"])
        #expect(node.disk.messageCount == 3)
    }

    /// Peers may still ask for what was announced to them.
    @Test func forgettingOldMessagesKeepsWhatElseWaitsToBeAskedFor() {
        let node = LoneNode.durableFounder { $0.keepMessages = .seconds(600) }
        node.perform(.send(text: Array("old".utf8)))
        node.perform(.broadcast([1, 2, 3]))
        #expect(node.core.payloads.count == 2)
        node.run(for: .seconds(2 * 3_600))
        #expect(node.texts.isEmpty)
        #expect(node.core.payloads.count == 1)
        #expect(node.core.status.unpassed == 0, "what nobody was handed can no longer be handed")
    }

    @Test func clearedMessagesAreGoneFromTheDiskAndDoNotComeBack() {
        let node = LoneNode.durableFounder()
        for text in ["one", "two"] { node.perform(.send(text: Array(text.utf8))) }
        #expect(node.perform(.clearHistory) == .done)
        #expect(node.texts.isEmpty)
        #expect(node.disk.messageCount == 0)
        let next = node.again()
        next.perform(.send(text: Array("three".utf8)))
        #expect(next.texts == ["three"])
        #expect(next.core.history(since: 0, limit: 9).map(\.seq) == [2], "the chain goes on")
    }

    @Test func forgettingTheNetworkClearsTheDisk() {
        let node = LoneNode.durableFounder()
        node.perform(.send(text: Array("gone".utf8)))
        #expect(node.perform(.forgetNetwork) == .done)
        #expect(node.disk.messageCount == 0)
        #expect(node.disk.prekeyCount == 0)
    }
}

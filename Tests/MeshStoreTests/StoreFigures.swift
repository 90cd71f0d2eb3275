import Foundation
import MeshCore
import MeshStore
import Testing

/// Rates, printed and not judged: `MESH_STORE_FIGURES=1` asks for them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MESH_STORE_FIGURES"] != nil))
struct StoreFigures {
    private func report(_ what: String, _ count: Int, _ body: () throws -> Void) rethrows {
        let duration = try ContinuousClock().measure(body)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        print(what, String(format: "%.3f s, %.0f per second", seconds, Double(count) / seconds))
    }

    @Test func howFastMessagesAreStoredAndRestored() throws {
        let bench = try StoreBench()
        var store = try bench.open()
        let like = bench.messages(0..<1_000)
        func batch(_ range: Range<Int>) -> [StoredMessage] {
            range.map { index in
                let message = like[index % like.count]
                return StoredMessage(
                    index: index, id: StoreBench.aHash(), place: message.place, signed: message.signed,
                    ciphertext: message.ciphertext, messageKey: message.messageKey, via: nil, storedAt: 0)
            }
        }
        let (single, grouped) = (batch(0..<1_000), batch(1_000..<11_000))
        try report("one commit per message:", 1_000) { for message in single { try store.append([message]) } }
        try report("one commit per 100:", 10_000) {
            for first in stride(from: 0, to: 10_000, by: 100) { try store.append(Array(grouped[first..<first + 100])) }
        }
        for first in stride(from: 11_000, to: 100_000, by: 1_000) { try store.append(batch(first..<first + 1_000)) }
        try store.close()
        print("file of 100,000 messages:", try bench.read("history.db").count >> 20, "MiB")
        try report("open:", 1) { store = try bench.open() }
        for newest in [1_000, 10_000, 100_000] {
            var state = StoredState()
            try report("restore the newest \(newest):", newest) { state = try store.restore(at: 0, newest: newest) }
            #expect(state.messages.count == newest)
        }
        let places = batch(0..<1_000).map(\.place)
        try report("1,000 messages by place:", 1_000) { _ = try store.messages(at: places) }
        try report("prune 1,000:", 1_000) { try store.append([.pruneMessages(before: 1_000)]) }
        try report("prune 50,000:", 50_000) { try store.append([.pruneMessages(before: 51_000)]) }
    }
}

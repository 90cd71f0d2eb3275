import Foundation
import MeshSimulator
import Testing

/// Plays the thirty days that `Tests/Durability/thirty_days.py` judges, into the folder that `MESH_THIRTY_DAYS` names.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MESH_THIRTY_DAYS"] != nil))
struct ThirtyDaysTests {
    @Test func thirtyDaysWithDailyImages() throws {
        let path = try #require(ProcessInfo.processInfo.environment["MESH_THIRTY_DAYS"])
        let story = try ThirtyDays(in: URL(fileURLWithPath: path))
        try story.play()

        // The world counts on a disk that forgets nothing.
        let violations = story.world.violations.filter { $0.rule != "stored messages survive a crash" }
        #expect(violations.isEmpty, "\(violations)")
        let messages = story.world.ledger.messages
        let missing = messages.filter { $0.isForBob && $0.firstAt[ThirtyDays.bob] < 0 }
        #expect(missing.isEmpty, "sent at \(missing.map { Duration.nanoseconds($0.sentAt) })")
        #expect(messages.count > 10 * ThirtyDays.days - 60, "the nodes talk")
    }
}

extension MessageLedger.Entry {
    /// And still is there when he comes back: carol forgets what she wrote to him after three days.
    fileprivate var isForBob: Bool { target == nil || (author == ThirtyDays.alice && target == ThirtyDays.bob) }
}

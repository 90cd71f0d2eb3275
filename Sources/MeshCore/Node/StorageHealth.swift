/// Which of the two places of a node on disk does not take anything at the moment. People are told once that it fails,
/// and once that it works again: with a full disk every message fails, and a warning for each would hide the chat.
struct StorageHealth: Sendable {
    enum Place: Sendable { case state, messages }

    private var failing: Set<Place> = []

    /// True when it worked before.
    mutating func failed(_ place: Place) -> Bool { failing.insert(place).inserted }
    /// True when it failed before.
    mutating func worked(_ place: Place) -> Bool { failing.remove(place) != nil }
}

extension Continuation {
    /// Where it was that something was to be stored.
    var place: StorageHealth.Place {
        switch self {
        case .begin, .operations, .adopt, .admit, .forget, .answer, .nothing: .state
        case .sent, .received, .publishPrekeys, .serve, .kept: .messages
        }
    }
}

extension NodeCore {
    mutating func noteStored(_ place: StorageHealth.Place) {
        guard storage.worked(place) else { return }
        switch place {
        case .state: warn("storage-restored", "the network's state is stored again")
        case .messages: warn("storage-restored", "messages are stored again, with those of the meantime")
        }
    }

    /// The history could not be opened, so this run goes on without it.
    mutating func noteNoHistory(_ reason: String) {
        count("storageFailures")
        warn("storage", "\(reason); messages of this run are kept in memory only")
    }

    mutating func noteNotStored(_ place: StorageHealth.Place, _ reason: String) {
        count("storageFailures")
        guard storage.failed(place) else { return }
        switch place {
        case .state: warn("storage", reason)
        case .messages: warn("storage", "\(reason); messages are kept in memory until they can be stored")
        }
    }
}

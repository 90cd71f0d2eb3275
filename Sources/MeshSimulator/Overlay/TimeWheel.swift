/// Events by the millisecond in which they happen, and within it in the order in which they were added.
///
/// A ring of lists: adding and taking cost the same however many wait. What lies further ahead than the ring waits
/// in a dictionary by its time.
struct TimeWheel<Event> {
    private static var span: Int { 4_096 }

    private var ring: [[Event]] = Array(repeating: [], count: Self.span)
    private var later: [Int: [Event]] = [:]
    private(set) var time = 0
    private(set) var count = 0
    private(set) var largestCount = 0

    /// At least a millisecond ahead.
    mutating func add(_ event: Event, at moment: Int) {
        precondition(moment > time, "\(moment) is not after \(time)")
        count += 1
        largestCount = max(largestCount, count)
        if moment - time < Self.span {
            ring[moment % Self.span].append(event)
        } else {
            later[moment, default: []].append(event)
        }
    }

    /// Moves on by a millisecond and hands out what happens in it.
    mutating func advance() -> [Event] {
        time += 1
        var events: [Event] = []
        swap(&events, &ring[time % Self.span])
        // Added before anything in the ring for the same moment.
        if let early = later.removeValue(forKey: time) { events = early + events }
        count -= events.count
        return events
    }
}

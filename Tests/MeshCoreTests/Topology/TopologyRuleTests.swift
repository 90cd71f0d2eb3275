import MeshCore
import MeshSimulator
import Testing

/// One machine alone, fed with what others would say.
@Suite struct TopologyRuleTests {
    private static let me: UInt8 = 100

    private func id(_ number: UInt8) -> NodeID { NodeID([UInt8](repeating: number, count: 32))! }
    private func at(_ milliseconds: Int) -> Instant {
        Instant(uptime: Int64(milliseconds) * 1_000_000, wall: UInt64(milliseconds))
    }

    private func accepts(
        _ machine: inout TopologyMachine, _ dialler: UInt8, _ features: Hello.Features, asDialler: Bool = false
    ) -> Bool { machine.accepts(id(dialler), features: features, asDialler: asDialler) }

    private func actions(_ machine: inout TopologyMachine, at milliseconds: Int) -> [TopologyAction] {
        var generator = SeededGenerator(seed: 1)
        return machine.evaluate(now: at(milliseconds), using: &generator)
    }

    private func machine(maxDegree: Int = 3, hasEndpoint: Bool = true) -> TopologyMachine {
        TopologyMachine(
            id: id(Self.me), configuration: .init(maxDegree: maxDegree),
            weight: ChordWeight(network: .zero, hash: FastCryptography(index: 0, seed: 0).hash),
            hasEndpoint: hasEndpoint, now: at(0))
    }

    private func value(_ peers: [UInt8], needed: [UInt8] = [], inbound: LinksValue.Inbound = .yes) -> LinksValue {
        LinksValue(
            inbound: inbound, wanted: 3,
            links: peers.sorted().map { .init(peer: id($0), isNeeded: needed.contains($0)) })
    }

    /// A machine with links to `peers`; all of `others` are in its component as a chain behind the first peer.
    private func linked(to peers: [UInt8], others: [UInt8] = [], strangers: [UInt8] = []) -> TopologyMachine {
        var machine = machine()
        machine.setRoster((peers + others + strangers).map { .init(id: id($0), hasEndpoint: true) })
        for peer in peers { machine.linkOpened(id(peer), features: [], now: at(0)) }
        let chain = peers.prefix(1) + others
        for (place, member) in chain.enumerated() {
            let near = [place == 0 ? Self.me : chain[place - 1]] + chain.dropFirst(place + 1).prefix(1)
            machine.recordReceived(value(near), of: id(member))
        }
        for peer in peers.dropFirst() { machine.recordReceived(value([Self.me]), of: id(peer)) }
        return machine
    }

    // MARK: Rule 4.4, row by row

    struct AcceptRow: Sendable, CustomTestStringConvertible {
        let name: String
        let peers: [UInt8]
        var others: [UInt8] = []
        let dialler: UInt8
        var features: Hello.Features = []
        let isAccepted: Bool
        var testDescription: String { name }
    }

    static let acceptRows: [AcceptRow] = [
        .init(name: "2: a free slot", peers: [10, 190], dialler: 50, features: .fresh, isAccepted: true),
        .init(
            name: "3: urgent from outside", peers: [90, 110, 10], dialler: 50, features: [.fresh, .urgent],
            isAccepted: true),
        .init(
            name: "3: urgent from outside, at any degree", peers: [90, 110, 10, 20], dialler: 50, features: .urgent,
            isAccepted: true),
        .init(name: "4: full", peers: [90, 110, 10, 20], dialler: 95, isAccepted: false),
        .init(name: "5: contact between components", peers: [90, 110, 10], dialler: 50, isAccepted: true),
        .init(
            name: "5: a fresh one from outside is no contact", peers: [90, 110, 10], dialler: 50, features: .fresh,
            isAccepted: false),
        .init(
            name: "6: my new predecessor", peers: [90, 110, 10], dialler: 95, features: .fresh, isAccepted: true),
        .init(
            name: "6: my new successor", peers: [90, 110, 10], dialler: 105, features: .fresh, isAccepted: true),
        .init(
            name: "6: a ring neighbour from my component", peers: [20, 110, 10], others: [95], dialler: 95,
            isAccepted: true),
        .init(
            name: "8: somebody from my component", peers: [90, 110, 10], others: [50], dialler: 50,
            isAccepted: false),
        .init(
            name: "7: urgent from my component", peers: [90, 110, 10], others: [50], dialler: 50, features: .urgent,
            isAccepted: true),
    ]

    @Test(arguments: acceptRows)
    func admissionFollowsTheTable(row: AcceptRow) {
        var machine = linked(to: row.peers, others: row.others, strangers: [row.dialler])
        #expect(accepts(&machine, row.dialler, row.features) == row.isAccepted)
    }

    @Test func guestsShareOneSlotAndAreLimitedByTheirShare() {
        var machine = linked(to: [90, 110], others: [120, 130])
        // Five relays and no guest yet: ceil(2 * 1 / 5) + 1 = 2.
        for guest in [1, 2] as [UInt8] {
            #expect(accepts(&machine, guest, .undiallable))
            machine.linkOpened(id(guest), features: .undiallable, now: at(0))
        }
        #expect(!accepts(&machine, 3, .undiallable))
        #expect(accepts(&machine, 3, [.undiallable, .urgent]))
        // Two guests count as one link: with three a contact from outside still finds the repairing slot.
        #expect(!accepts(&machine, 50, .fresh))
        #expect(accepts(&machine, 50, []))
    }

    @Test func theDiallerIgnoresThatTheOtherEndIsFresh() {
        var machine = linked(to: [90, 110, 10], strangers: [50])
        #expect(accepts(&machine, 50, .fresh, asDialler: true))
    }

    // MARK: Rule 4.5

    @Test func aRejectNamesTheNeighboursOfTheDiallerAndAFreeMember() {
        var generator = SeededGenerator(seed: 1)
        var machine = linked(to: [90, 110, 10], others: [40, 60, 70])
        for _ in 0..<20 {
            let named = machine.alternatives(for: id(50), isUndiallable: false, using: &generator)
            #expect(named.count == 3 && Set(named).count == 3)
            #expect(named.prefix(2) == [id(40), id(60)])
            #expect(!named.contains(id(Self.me)))
        }
        let around = machine.alternatives(for: id(200), isUndiallable: false, using: &generator)
        #expect(around.prefix(2) == [id(110), id(10)])
    }

    @Test func rejectionsNeverMakeUrgentButDeadDialsDo() {
        var generator = SeededGenerator(seed: 1)
        var machine = machine()
        for number in 1...9 as ClosedRange<UInt8> {
            machine.dialRejected(by: id(number), others: [], now: at(0), using: &generator)
        }
        #expect(machine.features == .fresh)
        for number in 1...4 as ClosedRange<UInt8> {
            machine.dialFailed(id(number), byNetwork: true, now: at(0), using: &generator)
        }
        #expect(machine.features == [.fresh, .urgent])
        machine.linkOpened(id(1), features: [], now: at(0))
        #expect(!machine.features.contains(.urgent))
    }

    @Test func namedMembersAreDialledAtOnceByWhoHasNoLink() {
        var generator = SeededGenerator(seed: 1)
        var machine = machine()
        #expect(actions(&machine, at: 0).isEmpty)
        machine.dialRejected(by: id(1), others: [2, 3, 4, 5].map(id), now: at(1), using: &generator)
        #expect(machine.nextEvaluation <= at(1))
        #expect(actions(&machine, at: 1) == [2, 3, 4].map { .dial(id($0)) })
    }

    @Test func pausesAfterFailuresGrowAndAreForgottenInReach() {
        var generator = SeededGenerator(seed: 1)
        var machine = machine()
        machine.setRoster([.init(id: id(7), hasEndpoint: true)])
        var (time, last, gaps) = (0, 0, [Int]())
        while gaps.count < 4 {
            if actions(&machine, at: time).contains(.dial(id(7))) {
                gaps.append(time - last)
                last = time
                machine.dialFailed(id(7), byNetwork: true, now: at(time), using: &generator)
            }
            time += 100
        }
        // Alone: 5 s, times 0.5 to 1.5.
        #expect(gaps[0] == 0)
        #expect(gaps.dropFirst().allSatisfy { (2_500...7_600).contains($0) })
    }

    /// A member with a hidden link seems to have room and refuses; it publishes twice a second for other reasons.
    @Test func newsOfABusyMemberRenewsHopeLessAndLessOften() {
        var generator = SeededGenerator(seed: 1)
        var machine = machine()
        machine.setRoster([.init(id: id(7), hasEndpoint: true)])
        func dials(_ times: StrideTo<Int>, news: Int?) -> [Int] {
            times.filter { time in
                if let news, time % news == 0 {
                    machine.recordReceived(value(time / news % 2 == 0 ? [1] : [2]), of: id(7))
                }
                guard actions(&machine, at: time).contains(.dial(id(7))) else { return false }
                machine.dialRejected(by: id(7), others: [], now: at(time), using: &generator)
                return true
            }
        }
        // Forgotten with each record: 60 and more. Pauses double, anew after 10 s and after 20 s more.
        #expect((8...24).contains(dials(stride(from: 0, to: 30_000, by: 100), news: 500).count))
        // In silence one each 12.8 s at least, and none waits for that when there is news.
        let silent = dials(stride(from: 30_000, to: 120_000, by: 100), news: nil)
        let last = silent.last ?? 0
        #expect(silent.count < 16)
        #expect(dials(stride(from: last + 100, to: last + 400, by: 100), news: 100).count == 1)
    }

    // MARK: Rules 4.2, 4.3, 4.7, 4.8

    @Test func aSpareLinkIsShedButNeverABridge() {
        // A ring of 90 - 100 - 110 - 10 - 20 - 90; the spare links go to 10 and 20, and to 200, which hangs on me.
        var machine = machine()
        machine.setRoster([10, 20, 90, 110, 200].map { .init(id: id($0), hasEndpoint: true) })
        for peer in [10, 20, 90, 110, 200] as [UInt8] { machine.linkOpened(id(peer), features: [], now: at(0)) }
        machine.recordReceived(value([20, 100, 110]), of: id(10))
        machine.recordReceived(value([10, 90, 100]), of: id(20))
        machine.recordReceived(value([20, 100], needed: [100]), of: id(90))
        machine.recordReceived(value([10, 100], needed: [100]), of: id(110))
        machine.recordReceived(value([100, 1, 2]), of: id(200))
        let asked = actions(&machine, at: 0).compactMap { action -> NodeID? in
            if case .askDrain(let peer) = action { peer } else { nil }
        }
        #expect(asked.count == 1 && [id(10), id(20)].contains(asked[0]))
        let agreed = [id(200), id(90), asked[0]].map { machine.agreesToDrain($0, now: at(0)) }
        #expect(agreed == [false, false, true])
        #expect(!machine.neighbours.contains(asked[0]))
    }

    @Test func aSuspectLinkLeavesTheListAtOnceAndAByteBringsItBack() {
        var machine = linked(to: [90, 110])
        var generator = SeededGenerator(seed: 1)
        _ = actions(&machine, at: 0)
        machine.suspect(id(90), now: at(1_000))
        #expect(machine.neighbours == [id(110)])
        #expect(machine.evaluate(now: at(1_000), using: &generator).contains(.becameUnreachable(id(90))))
        machine.restore(id(90), now: at(2_000))
        #expect(machine.evaluate(now: at(2_000), using: &generator).contains(.becameReachable(id(90))))
        #expect(machine.nextHop(to: id(90)) == id(90))
    }

    @Test func whoHasNoAddressSaysSoAndTwoFailedDialBacksSayItToo() {
        #expect(machine(hasEndpoint: false).features.contains(.undiallable))
        var machine = linked(to: [90, 110])
        for (time, peer) in [(0, 90), (200, 110)] as [(Int, UInt8)] {
            #expect(machine.inbound == .unknown)
            #expect(actions(&machine, at: time).contains(.askDialBack(id(peer))))
            machine.dialBackAnswered(by: id(peer), reached: false)
        }
        #expect(machine.inbound == .no)
        machine.inboundSeen()
        #expect(machine.inbound == .yes)
    }

    @Test func aMemberThatSaidGoodbyeIsNotProbedForAMinute() {
        var generator = SeededGenerator(seed: 1)
        var machine = linked(to: [90, 110])
        _ = actions(&machine, at: 0)
        machine.memberLeft(id(90), now: at(1_000))
        machine.linkClosed(id(90), now: at(1_000))
        for time in stride(from: 1_000, to: 61_000, by: 100) {
            #expect(!actions(&machine, at: time).contains(.dial(id(90))))
        }
        #expect(machine.evaluate(now: at(61_100), using: &generator).contains(.dial(id(90))))
    }

    @Test func aPeerThatIsNoLongerAMemberIsForgottenWithItsLink() {
        var machine = linked(to: [90, 110], others: [50])
        _ = actions(&machine, at: 0)
        machine.setRoster([110, 50].map { .init(id: id($0), hasEndpoint: true) })
        machine.linkClosed(id(90), now: at(1_000))
        #expect(actions(&machine, at: 1_000).prefix(2) == [.becameUnreachable(id(50)), .becameUnreachable(id(90))])
        #expect(machine.reachable == [id(Self.me), id(110)])
    }

    // MARK: Section 3

    /// Ten minutes of a link that changes its state every `period`: one side's records. Undamped there would be one
    /// per change.
    @Test(arguments: [(500, 4...19), (2_000, 4...23), (10_000, 59...60)])
    func aFlappingLinkIsDamped(period: Int, records: ClosedRange<Int>) {
        var machine = linked(to: [90, 110])
        var (count, isUp) = (0, true)
        for time in stride(from: 0, through: 600_000, by: 50) {
            if time > 0, time % period == 0 {
                isUp.toggle()
                if isUp { machine.restore(id(90), now: at(time)) } else { machine.suspect(id(90), now: at(time)) }
            }
            guard machine.nextEvaluation <= at(time) else { continue }
            for action in actions(&machine, at: time) {
                if case .publish = action { count += 1 }
            }
        }
        #expect(records.contains(count), "\(count)")
    }

    @Test func badNewsIsPublishedWithinAHundredMilliseconds() {
        var machine = linked(to: [90, 110])
        func published(_ time: Int) -> [UInt8]? {
            for case .publish(let value) in actions(&machine, at: time) {
                return value.links.map { $0.peer.rawBytes[0] }
            }
            return nil
        }
        #expect(published(0) == nil)
        #expect(machine.nextEvaluation == at(100))
        #expect(published(100) == [90, 110])
        machine.linkClosed(id(90), now: at(5_000))
        #expect(published(5_000) == nil)
        #expect(published(5_100) == [110])
        machine.linkClosed(id(110), now: at(5_200))
        #expect(published(5_300) == nil)
        #expect(published(5_600) == [])
    }
}

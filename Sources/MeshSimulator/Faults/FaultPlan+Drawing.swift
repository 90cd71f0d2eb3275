import MeshCore

extension FaultPlan {
    /// The plan of a seed. Equal arguments give equal plans.
    ///
    /// - Parameters:
    ///   - members: At least 4.
    ///   - duration: How long faults and messages go on; what a fault takes back may come up to a minute later.
    package init(seed: UInt64, members: Int, duration: Duration) {
        var draw = Draw(seed: seed)
        self.seed = seed
        self.members = members
        self.duration = duration
        newcomers = draw.happens(0.4) ? draw.number(1...max(1, members / 5)) : 0
        usesTLS = !draw.happens(0.2)
        beginsAtOnce = draw.happens(0.3)
        network = draw.network()
        if draw.happens(0.2) { draw.spoilFrames(of: &network) }
        if draw.happens(0.3) {
            let candidates = Array(Self.anchors..<members)
            undiallable = Set(draw.some(draw.number(1...max(1, members / 3)), of: candidates))
        }
        drawKinds(&draw)
        for frequency in kinds {
            for at in draw.times(every: frequency.interval, within: duration) { add(frequency.kind, at: at, &draw) }
        }
        addNewcomers(&draw)
        if draw.happens(0.35) { addRevocations(&draw) }
        addMessages(&draw)
        isDurable = draw.happens(0.5)
        faults = faults.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        messages.sort { $0.at < $1.at }
    }

    /// Some seeds are calm, some brutal: from a fault in ten minutes to one every five seconds, of each kind.
    private mutating func drawKinds(_ draw: inout Draw) {
        let mood = draw.between(.seconds(5), .seconds(120))
        for kind in Kind.allCases where draw.happens(0.4) {
            kinds.append(Frequency(kind: kind, interval: draw.between(mood, mood * 6)))
        }
    }

    private mutating func add(_ at: Duration, _ fault: Fault) { faults.append(TimedFault(at: at, fault)) }

    private mutating func add(_ kind: Kind, at: Duration, _ draw: inout Draw) {
        let node = draw.number(0...count - 1)
        let other = (node + draw.number(1...count - 1)) % count
        switch kind {
        case .crash:
            add(at, .crash(node, silently: draw.happens(0.5)))
            add(at + draw.between(.milliseconds(500), .seconds(90)), .restart(node))
        case .massCrash:
            let victims = draw.some(draw.number(max(2, count / 3)...max(2, count * 9 / 10)), of: Array(0..<count))
            add(at, .massCrash(victims, silently: draw.happens(0.5)))
            for victim in victims { add(at + draw.between(.seconds(3), .seconds(60)), .restart(victim)) }
        case .pause: add(at, .pause(node, draw.between(.milliseconds(100), .seconds(60))))
        case .slow:
            for beat in 0..<draw.number(5...15) {
                add(at + .seconds(3) * beat, .pause(node, draw.between(.milliseconds(200), .milliseconds(2_500))))
            }
        case .clock:
            let step = draw.between(.seconds(60), .seconds(3 * 86_400)).milliseconds
            add(at, .jumpClock(node, milliseconds: draw.happens(0.5) ? step : -step))
        case .flap:
            var time = at
            for _ in 0..<draw.number(3...10) {
                add(time, .breakLinks(node, other))
                time += draw.between(.milliseconds(300), .seconds(5))
            }
        case .clog: add(at, .clog(node, other, draw.between(.seconds(1), .seconds(60))))
        case .split, .oneWaySplit:
            add(at, .split(draw.groups(count, draw.number(2...3)), isOneWay: kind == .oneWaySplit))
            add(at + draw.between(.seconds(5), .seconds(120)), .heal)
        case .network:
            var changed = draw.network()
            changed.keepsFrames = network.keepsFrames
            if draw.happens(0.3) { changed.latency = .milliseconds(200) ... .seconds(2) }
            add(at, .changeNetwork(changed))
            add(at + draw.between(.seconds(5), .seconds(60)), .changeNetwork(network))
        case .quit:
            add(at, .quit(node))
            add(at + draw.between(.seconds(1), .seconds(60)), .restart(node))
        }
    }

    /// Each knocks for a while, then several members invite it, whoever of them happens to run.
    private mutating func addNewcomers(_ draw: inout Draw) {
        for newcomer in members..<count {
            let at = duration * draw.share(0.05...0.7)
            add(at, .restart(newcomer))
            for _ in 0..<3 {
                let sponsor = draw.number(0...members - 1)
                add(at + draw.between(.milliseconds(200), .seconds(60)), .invite(by: sponsor, newcomer))
            }
        }
    }

    /// Anchors stay. Half of the plans revoke in both parts of a split, of which neither hears of the other.
    private mutating func addRevocations(_ draw: inout Draw) {
        let candidates = Array(Self.anchors..<members)
        let victims = draw.some(draw.number(1...max(1, members / 4)), of: candidates)
        let at = duration * draw.share(0.1...0.9)
        if draw.happens(0.5) {
            add(at, .split(draw.groups(count, 2), isOneWay: false))
            add(at + .seconds(40), .heal)
        }
        for victim in victims {
            for _ in 0..<draw.number(1...2) {
                let signer = (victim + draw.number(1...members - 1)) % members
                add(at + draw.between(.milliseconds(50), .seconds(30)), .revoke(by: signer, victim))
            }
        }
    }

    /// One to four a minute from each, a quarter of them to one member.
    private mutating func addMessages(_ draw: inout Draw) {
        let interval = draw.between(.seconds(15), .seconds(60))
        for node in 0..<count {
            for at in draw.times(every: interval, within: duration) {
                let target = (node + draw.number(1...count - 1)) % count
                messages.append(Message(at: at, from: node, to: draw.happens(0.25) ? target : nil))
            }
        }
    }
}

/// Words for drawing from a seed.
private struct Draw {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed ^ 0xC4A0_5000) }

    mutating func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    mutating func share(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }

    /// Each order of magnitude as likely as any other.
    mutating func between(_ low: Duration, _ high: Duration) -> Duration {
        var (value, factor) = (low.seconds, high.seconds / low.seconds)
        let exponent = share(0...1)
        // pow() is not the same on every machine to the last bit: halve the range ten times instead.
        for bit in 1...10 {
            factor = factor.squareRoot()
            if Int(exponent * 1_024) >> (10 - bit) & 1 == 1 { value *= factor }
        }
        return .milliseconds(Int64(value * 1_000))
    }

    mutating func some(_ count: Int, of candidates: [Int]) -> [Int] {
        Array(candidates.shuffled(using: &generator).prefix(count)).sorted()
    }

    /// Moments whose mean distance is `interval`.
    mutating func times(every interval: Duration, within duration: Duration) -> [Duration] {
        var times: [Duration] = []
        var at = interval * share(0...2)
        while at < duration {
            times.append(at)
            at += max(.milliseconds(100), interval * share(0...2))
        }
        return times
    }

    mutating func groups(_ count: Int, _ parts: Int) -> [Int] { (0..<count).map { _ in number(0...parts - 1) } }

    mutating func network() -> NetworkModel {
        var model = NetworkModel()
        let latency = between(.milliseconds(1), .milliseconds(300))
        model.latency = latency...latency * 4
        model.jitter = happens(0.5) ? latency * 2 : .zero
        model.loss = happens(0.3) ? share(0...0.2) : 0
        model.bandwidth = happens(0.2) ? number(20_000...1_000_000) : nil
        return model
    }

    /// Worse than TCP allows: frames get lost, double and overtake.
    mutating func spoilFrames(of model: inout NetworkModel) {
        model.keepsFrames = false
        (model.loss, model.duplication, model.reordering) = (share(0...0.2), share(0...0.1), share(0...0.1))
    }
}

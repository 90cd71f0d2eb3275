// Signed records: those of others, checked and passed on, and this node's own.
extension NodeCore {
    mutating func sendMissing(from detail: DigestDetail, over link: LinkID) {
        guard mayAnswer(link, from: .records) else { return }
        let missing = records.missing(from: detail.owners, with: cryptography)
        charge(missing.reduce(0) { $0 + $1.body.count + 72 }, to: link, from: .records)
        // Also an empty answer is one: it ends the exchange.
        guard !missing.isEmpty else { return send(.delta(Delta(records: [], isComplete: true)), over: link) }
        let chunks = missing.chunked(bySize: WireLimits.chunk, countLimit: WireLimits.records) { $0.body.count + 72 }
        for (index, chunk) in chunks.enumerated() {
            send(.delta(Delta(records: chunk, isComplete: index == chunks.count - 1)), over: link)
        }
    }

    mutating func receive(_ delta: Delta, over link: LinkID) {
        var fresh: [Signed] = []
        var isGood = true
        for signed in delta.records where isGood {
            switch take(signed) {
            case .success(let isNew): if isNew { fresh.append(signed) }
            case .failure(let error):
                count(error.counter)
                isGood = false
            }
        }
        // What came before a bad record is held, so it shows in the root and goes on to others.
        if !fresh.isEmpty { cachedRoot = nil }
        if !isGood { close(link, .protocolViolation) }
        if delta.isComplete, isGood {
            links[link]?.exchangeUntil = nil
            sendDigest(over: link, withDetail: false)
        }
        pass(fresh, except: link)
    }

    // MARK: Passing on

    /// After records were passed on, later ones wait this long for each other. In a quiet mesh nothing waits; when
    /// half of a thousand members die, each survivor passes 1,340 records on in a tenth of the frames. 100 ms are what
    /// the owner of a record waits as well; with 20 ms two parts of 500 that meet again send 1.6 times as many.
    static let recordInterval: Duration = .milliseconds(100)

    /// Passes new records on to all who do not have them, save where they came from.
    mutating func pass(_ fresh: [Signed], except source: LinkID?) {
        guard !fresh.isEmpty else { return }
        recordsCameAt = now
        for link in links.synced where link != source { recordQueues[link, default: []] += fresh }
        if recordsPassedAt + Self.recordInterval <= now {
            passRecords()
        } else {
            timers.records = recordsPassedAt + Self.recordInterval
        }
    }

    /// What is passed on next does not wait. A newcomer's first message must not overtake its name, or people read
    /// eight digits of a key; that did happen to one of fifty who wrote as soon as they were in.
    private mutating func hurryRecords() { recordsPassedAt = Instant(uptime: .min, wall: 0) }

    mutating func passRecords() {
        timers.records = .distantFuture
        recordsPassedAt = now
        let queues = recordQueues
        recordQueues.removeAll(keepingCapacity: true)
        for link in links.synced {
            let chunks = (queues[link] ?? []).chunked(
                bySize: WireLimits.chunk, countLimit: WireLimits.records, size: { $0.body.count + 72 })
            for chunk in chunks { send(.delta(Delta(records: Array(chunk), isComplete: false)), over: link) }
        }
    }

    /// Checks a record and keeps it if it is news. Only a bad record is an error: an old one is everyday life.
    private mutating func take(_ signed: Signed) -> Result<Bool, VerificationError> {
        let (place, isHeld) = records.look(for: signed)
        if isHeld { return .success(false) }
        let claimed: Record
        do { claimed = try Record(body: signed.body) } catch { return .failure(.malformed(error)) }
        let owner = claimed.signer
        guard membership.isMember(owner) else {
            count("refused.recordOfStranger")
            return .success(false)
        }
        let entry = entry(of: claimed, signed)
        guard records.verdict(on: entry, at: place) == .new else { return .success(false) }
        if membership.isOpen, place == nil, records.ownerCount >= configuration.limits.members {
            count("refused.tooManyOwners")
            return .success(false)
        }
        if let place, !records.isOpen(place, at: now) {
            count("refused.recordRate")
            return .success(false)
        }
        do { try claimed.check(signed, in: networkID, with: cryptography) } catch { return .failure(error) }
        // Only now: forgeries must not use up what the owner may publish.
        if let place { records.charge(place, at: now) }
        if owner == id {
            isReturned(claimed.key)
            return .success(outlive(claimed))
        }
        let meaning: Meaning
        do { meaning = try Self.meaning(of: claimed, with: cryptography) } catch { return .failure(.malformed(error)) }
        let newPlace = records.insert(entry, of: owner, at: place)
        if place == nil {
            records.charge(newPlace, at: now)
            // In an open network whoever publishes is a member from here on.
            if membership.isOpen { refreshRoster() }
        }
        apply(meaning, of: owner)
        return .success(true)
    }

    private func entry(of record: Record, _ signed: Signed) -> RecordStore.Entry {
        RecordStore.Entry(
            record: record, signed: signed, id: Record.id(ofBody: signed.body, in: networkID, with: cryptography))
    }

    /// A record of this node's own from a later life: a restored copy. The new life is led past it.
    private mutating func outlive(_ record: Record) -> Bool {
        guard (record.life, record.version) >= (life, recordVersion) else { return false }
        // Two programs under one key would otherwise overtake each other as fast as the network is.
        guard outlivedAt.map({ now - $0 >= .seconds(5) }) ?? true else { return false }
        outlivedAt = now
        warn("own-records", "records of this identity from another run came back; is it running twice?")
        guard record.life + 1 < WireLimits.sequence else { return false }
        life = max(life, record.life) + 1
        recordVersion = 0
        persist([.life(life)], then: .nothing)
        publishAddress()
        publishNick()
        publishPrekeys()
        publishAcksAnew()
        return false
    }

    /// What a record's value says.
    private enum Meaning {
        case links(LinksValue)
        case address([Endpoint])
        case nick(String)
        case acks(AcksValue)
        /// Looked up when it is needed.
        case other
    }

    /// The value must make sense, whoever signed it. Static, because a closure over `self` would copy a whole node.
    private static func meaning(
        of record: Record, with cryptography: any Cryptography
    ) throws(WireError) -> Meaning {
        switch record.key {
        case RecordKey.links:
            let value = try LinksValue(decoding: record.value)
            if value.links.contains(where: { $0.peer == record.signer }) { throw .invalid("link to oneself") }
            return .links(value)
        case RecordKey.address:
            return .address(try AddressValue(decoding: record.value).endpoints.compactMap { Endpoint($0) })
        case RecordKey.prekeys:
            let value = try PrekeysValue(decoding: record.value)
            guard value.prekeys.allSatisfy({ cryptography.isAcceptable(prekey: $0.publicKey) }) else {
                throw .invalid("prekey")
            }
            return .other
        case RecordKey.nick:
            guard let nick = String(validating: record.value, as: UTF8.self), Nick.valid(nick) != nil else {
                throw .invalid("nick")
            }
            return .nick(nick)
        default:
            guard let shard = RecordKey.acksShard(ofKey: record.key) else { return .other }
            let value = try AcksValue(decoding: record.value)
            guard value.entries.allSatisfy({ RecordKey.acksShard(of: $0.author) == shard }) else {
                throw .invalid("acks shard")
            }
            return .acks(value)
        }
    }

    /// What a new record of another member means here.
    private mutating func apply(_ meaning: Meaning, of owner: NodeID) {
        switch meaning {
        case .links(let value):
            // Goodbye: only the leaving node publishes that it wants no links (see `quit`).
            if value.wanted == 0, value.links.isEmpty {
                quitters.insert(owner)
                topology.memberLeft(owner, now: now)
            } else if !quitters.isEmpty, quitters.remove(owner) != nil {
                doubtful.insert(owner)
            }
            topology.recordReceived(value, of: owner)
        case .address(let endpoints): remember(endpoints, of: owner)
        case .nick(let nick):
            guard knownNicks[owner] != nick else { return }
            if knownNicks[owner] == nil { hurryRecords() }
            emit(.nickChanged(owner, nick: nick, was: knownNicks[owner]))
            knownNicks[owner] = nick
            persist([.memberNick(owner, nick)], then: .nothing)
        case .acks(let value): if value.entries.contains(where: { $0.author == id }) { scheduleDeliveries() }
        case .other: break
        }
    }

    // MARK: Own records

    mutating func publish(_ key: String, _ value: [UInt8]) {
        guard isMember else { return }
        recordVersion += 1
        let record = Record(signer: id, life: life, version: recordVersion, key: key, value: value)
        let signed = record.signed(in: networkID, with: cryptography)
        records.insert(entry(of: record, signed), of: id)
        cachedRoot = nil
        pass([signed], except: nil)
    }

    mutating func publishAddress() {
        let value = AddressValue(endpoints: reachableAt.prefix(WireLimits.endpoints).map(\.description))
        publish(RecordKey.address, value.encoded())
    }

    mutating func publishNick() {
        if let nick { publish(RecordKey.nick, Array(nick.utf8)) }
    }

    mutating func publishLinks(_ value: LinksValue) { publish(RecordKey.links, value.encoded()) }

    /// The calendar may jump (a suspended laptop, a corrected clock): it is looked at this often.
    private static let prekeyCheck: Duration = .seconds(60)

    /// A prekey is on disk before it is published, and an erased one is gone from there.
    mutating func keepPrekeys() {
        arePrekeysStored = false
        keep(then: .publishPrekeys)
    }

    mutating func publishPrekeys() {
        guard arePrekeysStored else { return }
        publish(RecordKey.prekeys, chat.ring.published.encoded())
        guard let turn = chat.ring.nextTurn else { return }
        let wait = turn > now.wall ? turn - now.wall : 0
        timers.prekeys = now + min(.milliseconds(Int64(clamping: wait)), Self.prekeyCheck)
    }

    mutating func turnPrekeys() {
        timers.prekeys = now + Self.prekeyCheck
        guard network != nil else { return }
        if chat.turnPrekeys(at: now) { keepPrekeys() }
    }

    func prekeys(of member: NodeID) -> PrekeysValue? {
        records.value(RecordKey.prekeys, of: member).flatMap { try? PrekeysValue(decoding: $0) }
    }
}

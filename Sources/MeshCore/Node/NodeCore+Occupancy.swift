extension NodeCore {
    /// A collection that peers can make grow.
    package struct Occupancy: Sendable, Equatable {
        package let name: String
        package let count: Int
        package let limit: Int

        package var isExceeded: Bool { count > limit }
    }

    /// Everything that peers can make grow, with its bound: what a checker looks at. Costs about as much as a digest.
    package var occupancy: [Occupancy] { linkOccupancy + memberOccupancy + messageOccupancy }

    private var linkOccupancy: [Occupancy] {
        let early = links.all.map(\.link.early.count).max() ?? 0
        return [
            // Whoever is out of everybody's reach is taken in beyond the degree, after a mass death by whom it finds.
            Occupancy(name: "links", count: openLinks.count, limit: WireLimits.links),
            Occupancy(name: "earlyMessages", count: early, limit: Self.earlyMessages),
            Occupancy(name: "knocks", count: knocks.count, limit: knocks.capacity),
            Occupancy(name: "offers", count: offers.count, limit: offers.capacity),
            Occupancy(name: "requests", count: requests.count, limit: requests.capacity),
            Occupancy(name: "answered", count: answered.count, limit: answered.capacity),
            Occupancy(name: "answerLimits", count: answerLimits.count, limit: answerLimits.capacity),
            Occupancy(name: "offences", count: offences.count, limit: offences.capacity),
            Occupancy(name: "probes", count: probes.count, limit: probes.capacity),
            Occupancy(name: "doubts", count: doubts.count, limit: doubts.capacity),
            Occupancy(name: "requestLimits", count: requestLimits.count, limit: requestLimits.capacity),
            Occupancy(name: "directAsked", count: directAsked.count, limit: directAsked.capacity),
        ]
    }

    private var memberOccupancy: [Occupancy] {
        // A closed network is as large as its members made it; an open one as the limit says.
        let known = max(configuration.limits.members, membership.isOpen ? 0 : operations.ever.count)
        return [
            Occupancy(name: "owners", count: records.ownerCount, limit: known),
            Occupancy(
                name: "recordsPerOwner", count: records.largestNamespace, limit: configuration.limits.recordsPerOwner),
            Occupancy(name: "endpoints", count: endpoints.count, limit: known + 2 * configuration.limits.members),
            Occupancy(
                name: "endpointsPerMember", count: endpoints.values.map(\.count).max() ?? 0,
                limit: Self.endpointsPerMember),
            Occupancy(name: "online", count: online.count, limit: known),
            Occupancy(name: "seen", count: seen.count, limit: known),
            Occupancy(name: "quitters", count: quitters.count, limit: known),
            Occupancy(name: "nicks", count: knownNicks.count, limit: known),
            Occupancy(
                name: "pendingOperations", count: operations.pendingCount,
                limit: configuration.limits.pendingOperations),
        ]
    }

    private var messageOccupancy: [Occupancy] {
        let limits = configuration.limits
        let (trees, missing, seen, announcements) = plumtree.sizes
        let (contexts, ofOneSender) = chat.contextCounts
        return [
            Occupancy(name: "history", count: chat.history.count, limit: limits.history),
            Occupancy(name: "mailboxBytesPerAuthor", count: chat.mailbox.largestShare, limit: limits.directPerAuthor),
            Occupancy(name: "receiverContexts", count: contexts, limit: limits.receiverContexts),
            Occupancy(
                name: "receiverContextsPerSender", count: ofOneSender, limit: limits.receiverContextsPerSender),
            Occupancy(name: "payloads", count: payloads.count, limit: payloads.capacity),
            Occupancy(name: "unpassed", count: unpassed.count, limit: limits.history),
            Occupancy(name: "missed", count: missed.count, limit: missed.capacity),
            Occupancy(name: "acknowledgedAuthors", count: ownAcks.authorCount, limit: OwnAcks.authorLimit),
            Occupancy(name: "trees", count: trees, limit: limits.authorsWithTrees),
            Occupancy(name: "announcedAndMissing", count: missing, limit: limits.missing),
            Occupancy(name: "seenIDs", count: seen, limit: limits.seenIDs),
            // Batched for 20 ms; a burst of repaired messages is as long as the answer to a request.
            Occupancy(name: "announcements", count: announcements, limit: limits.history),
        ]
    }
}

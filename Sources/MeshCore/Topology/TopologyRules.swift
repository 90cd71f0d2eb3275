/// The constants of the topology rules, each with its rule. Chosen by simulation on five seeds and checked on ten
/// others: thousand-member meshes with up to 90 % of the members killed at once, splits, joins and NAT.
enum TopologyRules {
    /// Rules run at most this often, however much changes (4).
    static let evaluationInterval = Duration.milliseconds(100)

    /// Links above `maxDegree` that a member takes while it repairs. With two the mesh settles no sooner; with none
    /// it deadlocks, every ring neighbour being full (4.3, 4.4).
    static let repairingSlots = 1

    /// A DRAIN that is not answered is asked again, perhaps of another, after this time; a link that was let go and
    /// stays open this long is kept (4.3).
    static let drainPatience = Duration.seconds(5)

    /// Dials that must fail by the network, without any link, before a member calls itself urgent (4.4). Rejections
    /// do not count: when they did, a seed reached 92 links with 1,000 joiners.
    static let failuresToUrgency = 4

    /// Names in a REJECT (4.5).
    static let alternatives = 3

    /// After REJECT: this, times 1 to 3, for the first three; then doubled each time, six times at most (4.5).
    static let rejectionPause = Duration.milliseconds(200)
    static let flatRejections = 3
    static let rejectionDoublings = 6
    /// News of a member that rejected this one makes that forgotten, and then not for so long, doubled with each time
    /// in vain: up to as long as a link that flapped may be hidden (4.5).
    static let hopeInterval = Duration.seconds(5)
    static let hopeDoublings = 4
    /// After a link that one's own rule would not keep.
    static let declinedPause = Duration.seconds(1)

    /// After a failed dial: this, times 0.5 to 1.5, doubled each time (4.5).
    static let failurePause = Duration.seconds(5)
    /// The longest pause is a second per member of my component, between `failurePause` and this: a small part
    /// retries faster. With a flat 60 s a mesh of 8 needed 15 s to heal instead of 2.
    static let longestFailurePause = Duration.seconds(60)
    static let failurePausePerMember = Duration.seconds(1)

    /// Dials at once towards members out of reach (4.6): with 3, thousand members of which 80 % died needed 8 rounds
    /// to be one component; with 6, 2.3; with 12 in small parts, 1.0.
    static let probes = 6
    /// The same while my component is less than half of the members who have not left.
    static let probesInSmallPart = 12
    /// One probe in so many is random: nearest-first alone needs 12 rounds after 90 % have died, with a third 8.
    static let randomProbeShare = 3
    /// After so long without any change of my component only the arcs are probed, and one random member per audit.
    static let eagerProbing = Duration.seconds(30)

    /// Links of a member that cannot be dialled (4.7).
    static let undiallableDegree = 2
    /// Neighbours whose dial-backs must fail, none having worked, to be sure (4.7).
    static let failedDialBacks = 2

    /// From the first change to its publication: both links of a join go into one record (3).
    static let publicationDelay = Duration.milliseconds(100)
    /// At most one record in this time (3).
    static let publicationInterval = Duration.milliseconds(500)
    /// How long a link that came back is not yet shown; doubles with each flap (3).
    static let shortestHold = Duration.seconds(1)
    static let longestHold = Duration.seconds(60)
    /// So long without a flap, and `hold` is short again (3).
    static let calm = Duration.seconds(60)
}

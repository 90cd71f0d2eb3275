internal import MeshCore

/// One thing that goes wrong in a run of chaos.
enum ChaosFault: Equatable, Sendable, CustomStringConvertible {
    /// Dead without a word; started anew at the heal.
    case kill([Int])
    /// Ended with a goodbye and started anew at once.
    case restart([Int])
    case stop([Int])
    case cut([Int], [Int], Step.Cut)
    case net(LineQuality, between: [Int]?)

    /// The steps that do it.
    var steps: [Step] {
        switch self {
        case .kill(let nodes): [.kill(.these(nodes), isHard: true)]
        case .restart(let nodes): [.restart(.these(nodes))]
        case .stop(let nodes): [.stop(.these(nodes))]
        case .cut(let left, let right, let kind): [.cut(.these(left), .these(right), kind)]
        case .net(let quality, let between): [.net(quality, between: between.map { .these($0) })]
        }
    }

    var description: String {
        switch self {
        case .kill(let nodes): "kill -9 \(NodeSelection.text(nodes))"
        case .restart(let nodes): "restart \(NodeSelection.text(nodes))"
        case .stop(let nodes): "stop \(NodeSelection.text(nodes))"
        case .cut(let left, let right, let kind):
            "cut \(NodeSelection.text(left)) / \(NodeSelection.text(right))"
                + (kind == .oneWay ? " --one-way" : kind == .reset ? " --reset" : "")
        case .net(let quality, let between):
            "net --delay \(quality.delay.milliseconds)ms --jitter \(quality.jitter.milliseconds)ms --loss "
                + "\(Int(quality.loss * 100))%" + (between.map { " --between \(NodeSelection.text($0))" } ?? "")
        }
    }
}

/// What goes wrong together, for how long, and who speaks meanwhile; then all is mended.
struct ChaosRound: Equatable, Sendable {
    var faults: [ChaosFault]
    /// After the last fault, before the heal.
    var hold: Duration
    var talk: [Talk]

    /// A message: from whom, after how many of the faults.
    struct Talk: Equatable, Sendable {
        let from: Int
        let after: Int
    }
}

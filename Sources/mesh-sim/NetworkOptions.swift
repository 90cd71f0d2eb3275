import ArgumentParser
import MeshSimulator

/// What the simulated network does, as options; without any it is a good one.
struct NetworkOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Share of frames and datagrams that get lost, 0 to 1.", valueName: "SHARE"))
    var loss = 0.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("One-way delay of a connection in ms, drawn for each (default: 10..50).", valueName: "A..B"),
        transform: Milliseconds.range)
    var latency: ClosedRange<Duration>?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Further delay of each frame, 0 to so many ms.", valueName: "MS"))
    var jitter = 0.0

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Share of datagrams that arrive twice, 0 to 1.", valueName: "SHARE")
    )
    var duplication = 0.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Share of datagrams that later ones overtake, 0 to 1.", valueName: "SHARE"))
    var reordering = 0.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Bytes a second of each direction of a connection (default: no limit).", valueName: "BYTES"))
    var bandwidth: Int?

    @Flag(help: "Frames, too, are lost, doubled and overtaken, as if there were no TCP.")
    var noFrameOrder = false

    var model: NetworkModel {
        var model = NetworkModel()
        (model.loss, model.duplication, model.reordering) = (loss, duplication, reordering)
        if let latency { model.latency = latency }
        model.jitter = Milliseconds.duration(jitter)
        model.bandwidth = bandwidth
        model.keepsFrames = !noFrameOrder
        return model
    }

    func validate() throws {
        guard jitter.isFinite, jitter.magnitude <= Milliseconds.most else {
            throw ValidationError("jitter is given in ms, at most \(Int(Milliseconds.most)), not \(jitter)")
        }
        if let problem = model.problem { throw ValidationError(problem) }
    }

    /// What was given, as it would be typed.
    var words: [String] {
        var words: [String] = []
        if loss != 0 { words += ["--loss", "\(loss)"] }
        if let latency {
            let ends = [latency.lowerBound, latency.upperBound].map(Milliseconds.text)
            words += ["--latency", ends.joined(separator: "..")]
        }
        if jitter != 0 { words += ["--jitter", "\(jitter)"] }
        if duplication != 0 { words += ["--duplication", "\(duplication)"] }
        if reordering != 0 { words += ["--reordering", "\(reordering)"] }
        if let bandwidth { words += ["--bandwidth", "\(bandwidth)"] }
        if noFrameOrder { words.append("--no-frame-order") }
        return words
    }
}

/// Durations as people type them.
enum Milliseconds {
    /// An hour: more than any run waits for a frame.
    static let most = 3_600_000.0

    static func duration(_ milliseconds: Double) -> Duration { .microseconds(Int64(milliseconds * 1_000)) }

    @Sendable static func range(_ text: String) throws -> ClosedRange<Duration> {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // "10..50" falls into "10", "" and "50"; fractions of a millisecond would not be told from the dots.
        guard parts.count == 3, parts[1].isEmpty, let lower = Int(parts[0]), let upper = Int(parts[2]) else {
            throw ValidationError("latency is a range of whole ms such as 10..50, not \"\(text)\"")
        }
        guard 0 <= lower, lower <= upper, Double(upper) <= most else {
            throw ValidationError(
                "latency goes from the least to the most, 0 to \(Int(most)) ms, such as 10..50, not \"\(text)\"")
        }
        return .milliseconds(lower) ... .milliseconds(upper)
    }

    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)"
    }
}

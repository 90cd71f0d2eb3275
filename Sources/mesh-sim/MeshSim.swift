import ArgumentParser
import MeshSimulator

/// Plays stories of a mesh under virtual time, one seed or many, and says what was measured.
@main
struct MeshSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-sim",
        abstract: "Plays scenarios of a mesh under virtual time: real nodes, a seeded network.",
        discussion: """
            Equal options and seeds give equal histories, told by traceHash. Without --json the report is a table for \
            people; with it, the last line on standard output is one JSON object, null for what was not measured.

            EXAMPLES
              mesh-sim --list
                  Which scenarios there are.
              mesh-sim --scenario kill50 --nodes 1000 --seed 7 --json
                  Half of a thousand nodes vanish; one JSON object.
              mesh-sim --scenario split --nodes 100 --svg split.svg
                  Pictures of the overlay before, during and after, and of delays and redundancy.
              mesh-sim --scenario churn --nodes 10 --runs 200 --seed 1 --tally tally.txt
                  Seeds 1 to 200 on all cores; what failed, and the count added to a file.
              mesh-sim --scenario steady --nodes 50 --loss 0.05 --latency 20..200
                  A bad network.

            EXIT CODES
              0 passed, 1 a rule did not hold, 64 usage, 73 a file cannot be written, 130 interrupted
            """)

    @Option(help: ArgumentHelp("Which story; --list shows them.", valueName: "NAME"))
    var scenario = "steady"

    @Option(
        parsing: .unconditional, help: ArgumentHelp("How many nodes (default: the scenario's own).", valueName: "N"))
    var nodes: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("What all chance follows from.", valueName: "S"))
    var seed: UInt64 = 1

    @Flag(help: "One JSON object as the last line on standard output.")
    var json = false

    @Option(help: ArgumentHelp("Draw the run into this file.", valueName: "FILE"))
    var svg: String?

    @Flag(help: "List the scenarios.")
    var list = false

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Show the last so many things that happened.", valueName: "LINES"))
    var trace = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Play so many seeds, from --seed on, on all cores.", valueName: "R"))
    var runs: Int?

    @Option(help: ArgumentHelp("Add the number of runs to the counts in this file (with --runs).", valueName: "FILE"))
    var tally: String?

    @Option(
        help: ArgumentHelp(
            "automatic (OpenSSL up to 100 nodes), openssl, or fast, a double that is not secure. With --runs: fast, "
                + "and OpenSSL for every \(Chaos.seedsPerRealOne)th seed.",
            valueName: "KIND"))
    var crypto: World.CryptographyKind?

    @Flag(help: "Frames travel as bytes, through the wire format; slower.")
    var wire = false

    @OptionGroup(title: "NETWORK") var network: NetworkOptions

    func run() throws {
        if list { return ScenarioList.lines.forEach { print($0) } }
        let scenario = try chosenScenario()
        if let svg { try OutputFile.prepare(svg) }
        let interrupt = Interrupt()
        if let runs {
            try play(scenario, runs: runs, unless: interrupt)
        } else {
            try play(scenario, unless: interrupt)
        }
    }
}

extension World.CryptographyKind: ExpressibleByArgument {}

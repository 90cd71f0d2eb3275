import ArgumentParser

@main
struct MeshSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh-sim", abstract: "Plays scenarios of a mesh under virtual time.")
}

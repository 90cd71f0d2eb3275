// swift-tools-version: 6.3
import PackageDescription

/// The rules every Swift target of the package obeys. `MESH_WARNINGS_AS_ERRORS=1` (set by `scripts/test.sh`)
/// turns warnings into errors; a user who builds with a newer compiler is not stopped by its new warnings.
let strict: [SwiftSetting] =
    [
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["MESH_WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "mesh-node",
    products: [
        .library(name: "Mesh", targets: ["Mesh", "MeshCore"]),
        .executable(name: "mesh-chat-tui", targets: ["mesh-chat-tui"]),
        .executable(name: "mesh-chat", targets: ["mesh-chat"]),
        .executable(name: "mesh-node", targets: ["mesh-node"]),
        .executable(name: "mesh-sim", targets: ["mesh-sim"]),
        .executable(name: "mesh-cluster", targets: ["mesh-cluster"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        // C at the edge: OpenSSL's macros as functions, nothing else.
        .target(
            name: "COpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),

        // The whole protocol as one deterministic state machine.
        .target(
            name: "MeshCore",
            dependencies: [
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),

        // MeshCore's `Cryptography` on the system's OpenSSL; certificates; HPKE; secret memory.
        .target(name: "MeshCrypto", dependencies: ["MeshCore", "COpenSSL"], swiftSettings: strict),

        // Sockets: TCP links, TLS, UDP discovery, and the driver that runs a core.
        .target(
            name: "MeshTransport",
            dependencies: [
                "MeshCore", "MeshCrypto", "COpenSSL",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // The public library.
        .target(
            name: "Mesh",
            dependencies: [
                "MeshCore", "MeshCrypto", "MeshTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // The encrypted store on disk; only programs link it.
        .target(
            name: "MeshStore",
            dependencies: ["MeshCore", "MeshCrypto", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),

        // What the programs share.
        .target(
            name: "ChatKit",
            dependencies: [
                "Mesh", "MeshCore", "MeshCrypto", "MeshStore", "MeshTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // C at the edge: curses in the shape of TerminalUI's `Terminal`; only CursesTerminal.swift imports it.
        .target(name: "CNCurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        // C at the edge: one QR code by libqrencode.
        .target(name: "CQREncode", linkerSettings: [.linkedLibrary("qrencode")]),
        // C at the edge: `posix_spawn` for the user's editor and notifier.
        .target(name: "CChildProcess"),

        // The curses client but for its arguments: a pure model, views on a grid of cells, the loop that owns the screen.
        .target(
            name: "TerminalUI",
            dependencies: ["ChatKit", "Mesh", "MeshCore", "CNCurses", "CQREncode", "CChildProcess"],
            swiftSettings: strict),
        .executableTarget(
            name: "mesh-chat-tui",
            dependencies: [
                "TerminalUI", "ChatKit", "Mesh", "MeshCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "mesh-chat",
            dependencies: ["ChatKit", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),
        .executableTarget(
            name: "mesh-node",
            dependencies: ["ChatKit", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        // Thousands of cores under virtual time and a seeded, hostile network; a tool of the repository.
        .target(
            name: "MeshSimulator",
            dependencies: [
                "MeshCore", "MeshCrypto", .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "mesh-sim",
            dependencies: [
                "MeshSimulator", "MeshCore", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            // Instead of the C library's allocator, which takes a sixth of the time of a thousand nodes.
            linkerSettings: [.linkedLibrary("jemalloc")]),

        // Clusters of real nodes on one machine, scripted and broken on purpose; a tool of the repository.
        .target(
            name: "ClusterKit",
            dependencies: [
                "ChatKit", "MeshCore", "MeshCrypto", "MeshSimulator",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "mesh-cluster",
            dependencies: [
                "ClusterKit", "ChatKit", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Golden holds texts that the tests read by their path.
        .testTarget(
            name: "MeshCoreTests", dependencies: ["MeshCore", "MeshCrypto", "MeshSimulator"], exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "MeshSimulatorTests", dependencies: ["MeshSimulator", "MeshCore", "MeshCrypto"],
            swiftSettings: strict),
        .testTarget(
            name: "MeshCryptoTests", dependencies: ["MeshCore", "MeshCrypto", "COpenSSL"], swiftSettings: strict),
        .testTarget(
            name: "MeshTransportTests",
            dependencies: [
                "MeshTransport", "MeshCore", "MeshCrypto",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MeshTests",
            dependencies: [
                "Mesh", "MeshCore", "MeshCrypto", "MeshTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MeshStoreTests", dependencies: ["MeshStore", "MeshCore", "MeshCrypto", "MeshSimulator"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatKitTests", dependencies: ["ChatKit", "Mesh", "MeshCore", "MeshTransport"], swiftSettings: strict),
        .testTarget(
            name: "TerminalUITests", dependencies: ["TerminalUI", "ChatKit", "MeshCore"], exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "ClusterTests", dependencies: ["ClusterKit", "ChatKit", "MeshCore", "mesh-cluster", "mesh-node"],
            swiftSettings: strict),
        .testTarget(
            name: "ProgramTests", dependencies: ["ChatKit", "mesh-chat", "mesh-node", "mesh-sim"], swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

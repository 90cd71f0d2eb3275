// What may happen to the world.
extension OverlayWorld {
    package func choose(_ count: Int) -> [Int] { Array(nodes.indices.shuffled(using: &generator).prefix(count)) }

    package func chooseSurvivor() -> Int? {
        nodes.indices.filter { nodes[$0].isAlive }.randomElement(using: &generator)
    }

    /// All at once: their hosts vanish without a word, or stay and answer with a reset.
    package func kill(_ victims: [Int], withReset: Bool = false) {
        for victim in victims {
            note(20, victim)
            nodes[victim].isAlive = false
            answersWithReset[victim] = withReset
        }
        for victim in victims {
            for socket in nodes[victim].sockets {
                connections[socket.connection].close(at: victim)
                lose(socket.peer, socket.connection, withReset: withReset)
            }
        }
        faultHappened()
    }

    /// Nodes on different sides cannot talk any more.
    package func split(_ side: (Int) -> Int) {
        sides = nodes.indices.map(side)
        for number in nodes.indices where nodes[number].isAlive {
            for socket in nodes[number].sockets where !canTalk(number, socket.peer) {
                lose(number, socket.connection, withReset: false)
            }
        }
        faultHappened()
    }

    package func heal() {
        sides = sides.map { _ in 0 }
        faultHappened()
    }

    private func lose(_ number: Int, _ connection: Int, withReset: Bool) {
        let delay =
            withReset
            ? connections[connection].latency : Int.random(in: options.silence, using: &generator)
        schedule(.lost(number, over: connection), after: delay)
    }

    private func faultHappened() {
        if lastFault == nil || connectedAt != nil { schedule(.lookAtGraph, after: 1) }
        (lastFault, connectedAt) = (time, nil)
    }

    /// Until the graph is one part again.
    func lookAtGraph() {
        guard connectedAt == nil else { return }
        if components == 1 {
            connectedAt = time
        } else {
            schedule(.lookAtGraph, after: 25)
        }
    }
}

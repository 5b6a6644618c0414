/** Each event that a workflow emits is in the outbox exactly once, wherever the process dies, and wherever in the workflow it is emitted. */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import type { WriteFate } from '../support/watched-store.ts'
import { reportFigure } from './figure.ts'
import { inForm, SEED } from './form.ts'

const WORKFLOWS = inForm(200, 1_000)

/** A piece of a workflow; a leaf is what one step does. */
type Piece = 'emit' | 'set' | 'wait' | 'model' | { kind: 'foreach' | 'parallel' | 'loop' | 'child'; pieces: Piece[] }

const LEAF = fc.constantFrom<Piece>('emit', 'emit', 'set', 'wait', 'model')

const { pieces: PIECES } = fc.letrec<{ pieces: Piece[]; piece: Piece }>((tie) => ({
  pieces: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }),
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    LEAF,
    fc.record({ kind: fc.constantFrom('foreach', 'parallel', 'loop', 'child'), pieces: tie('pieces') }),
  ),
}))

interface Written {
  lines: string[]
  /** Type of each event, once for each time that it is emitted. */
  events: string[]
}

/** Writes workflows, and counts what they emit. */
class Writer {
  readonly children: string[] = []
  #steps = 0
  #events = 0

  steps(pieces: readonly Piece[], indent: string): Written {
    const parts = pieces.map((piece) => this.#step(piece, indent))
    return { lines: parts.flatMap(({ lines }) => lines), events: parts.flatMap(({ events }) => events) }
  }

  #step(piece: Piece, indent: string): Written {
    const id = `s${this.#steps++}`
    const leaf = (text: string, events: string[] = []): Written => ({
      lines: [`${indent}- { id: ${id}, ${text} }`],
      events,
    })
    if (piece === 'emit') {
      const event = `e${this.#events++}`
      return leaf(`emit: ${event}, with: { n: 1 }`, [event])
    }
    if (piece === 'set') return leaf('set: { n: 1 }')
    if (piece === 'wait') return leaf('wait: { for: 10ms }')
    if (piece === 'model') return leaf('llm: mock/echo, prompt: x')
    return this.#block(id, piece, indent)
  }

  #block(id: string, { kind, pieces }: Exclude<Piece, string>, indent: string): Written {
    const inner = `${indent}    `
    if (kind === 'child') return this.#child(id, pieces, indent)
    const { lines, events } = this.steps(pieces, kind === 'parallel' ? `${inner}  ` : inner)
    const head = [`${indent}- id: ${id}`]
    if (kind === 'parallel') {
      const other = this.steps(['emit', 'set'], `${inner}  `)
      const branches = [`${inner}a:`, ...lines, `${inner}b:`, ...other.lines]
      return { lines: [...head, `${indent}  parallel:`, ...branches], events: [...events, ...other.events] }
    }
    const times = 3
    const repeat = kind === 'foreach' ? 'foreach: "[1, 2, 3]"' : 'loop: { until: "iter.count >= 3", max: 5 }'
    return {
      lines: [...head, `${indent}  ${repeat}`, `${indent}  do:`, ...lines],
      events: Array.from({ length: times }, () => events).flat(),
    }
  }

  /** A child workflow calls no other: links of one level are enough. */
  #child(id: string, pieces: readonly Piece[], indent: string): Written {
    const { lines, events } = this.steps(
      pieces.filter((piece) => typeof piece === 'string' || piece.kind !== 'child').map(flatten),
      '  ',
    )
    const name = `./child${this.children.length}.yaml`
    this.children.push(
      `workflow: child${this.children.length}\nsteps:\n${lines.length === 0 ? '  - { id: none, set: { n: 1 } }' : lines.join('\n')}\n`,
    )
    return { lines: [`${indent}- { id: ${id}, workflow: ${name} }`], events }
  }
}

const flatten = (piece: Piece): Piece => (typeof piece === 'string' ? piece : 'emit')

const write = (
  pieces: readonly Piece[],
  end: 'completed' | 'failed',
): { compiled: CompiledWorkflow; events: string[] } => {
  const writer = new Writer()
  const { lines, events } = writer.steps(pieces, '  ')
  if (end === 'failed') lines.push('  - { id: last, fail: { code: planned, message: as planned } }')
  // With a flow the run begins with a row of its own, whose effects are those of the first fold.
  const flow = pieces.length % 2 === 0 ? 'flow: { concurrency: 1 }\n' : ''
  const source = `workflow: parent\n${flow}steps:\n${lines.join('\n')}\n`
  const child = (path: string) => createSource(path, writer.children[Number(/\d+/.exec(path)?.[0])] ?? '')
  const { compiled, diagnostics } = compile(createSource('parent.yaml', source), {
    catalogue: createCatalogue(),
    links: { file: () => undefined, workflow: (path) => child(path) },
  })
  if (compiled === undefined) throw new Error(`${diagnostics.map(({ message }) => message).join('\n')}\n${source}`)
  return { compiled, events: events.sort() }
}

const emittedBy = async (compiled: CompiledWorkflow, judge: (nth: number) => WriteFate) => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const { record, processes, writes } = await driveRun({
    compiled,
    world: new ScriptedWorld({ decide: () => ({ output: { text: 'said' } }) }),
    clock,
    store,
    judge,
  })
  const events = (await store.listEvents()).map(({ type }) => type).sort()
  await store.close()
  return { status: record.status, events, deaths: processes - 1, writes }
}

const test = suite('emitted events')

for (const [name, pieces, end] of [
  ['alone', ['emit'], 'completed'],
  ['as the first step, before a model', ['emit', 'model'], 'completed'],
  ['before set', ['emit', 'set'], 'completed'],
  ['before fail', ['emit'], 'failed'],
  ['before a short wait', ['emit', 'wait'], 'completed'],
  ['in a foreach', [{ kind: 'foreach', pieces: ['emit'] }], 'completed'],
  ['in a child', [{ kind: 'child', pieces: ['emit'] }], 'completed'],
] as [string, Piece[], 'completed' | 'failed'][])
  test(`an event is emitted once: ${name}`, async () => {
    const { compiled, events } = write(pieces, end)
    const emitted = await emittedBy(compiled, () => 'pass')
    assert.is(emitted.status, end)
    assert.equal(emitted.events, events)
  })

test('R17 random workflows that die anywhere emit each event exactly once', async () => {
  const counts = { workflows: 0, deaths: 0, events: 0, lost: 0, twice: 0 }
  await fc.assert(
    fc.asyncProperty(
      PIECES,
      fc.constantFrom('completed', 'failed'),
      fc.array(fc.nat(), { maxLength: 3 }),
      fc.boolean(),
      async (pieces, end, cuts, isKept) => {
        const { compiled, events } = write(pieces, end)
        const { writes } = await emittedBy(compiled, () => 'pass')
        const dies = new Set(cuts.map((cut) => 1 + (cut % writes)))
        const emitted = await emittedBy(compiled, (nth) => (dies.has(nth) ? (isKept ? 'keep' : 'lose') : 'pass'))
        assert.equal(emitted.events, events)
        counts.workflows++
        counts.deaths += emitted.deaths
        counts.events += events.length
      },
    ),
    { numRuns: WORKFLOWS, seed: SEED, includeErrorInReport: true },
  )
  reportFigure({ id: 'R17', counts, isKept: counts.workflows === WORKFLOWS })
})

test.run()

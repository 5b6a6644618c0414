/**
 * Outputs that definite assignment takes for sure are there in every run: random workflows get a probe before every step that tells
 * which outputs and errors there are, and run through random outcomes, faults, timeouts and cancels.
 */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse, stringify } from 'yaml'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import { type Assignment, analyseAssignment, type RecordField } from '../../../src/compiler/check/assignment.ts'
import { buildFlow } from '../../../src/compiler/check/build-flow.ts'
import type { Flow } from '../../../src/compiler/check/flow-builder.ts'
import { indexSteps } from '../../../src/compiler/check/index-steps.ts'
import { findReachable } from '../../../src/compiler/check/reachability.ts'
import { resolveJumps } from '../../../src/compiler/check/resolve-jumps.ts'
import type { StepIndex } from '../../../src/compiler/check/step-index.ts'
import { type CompiledWorkflow, compile } from '../../../src/compiler/compile.ts'
import { Diagnostics } from '../../../src/compiler/diagnostic.ts'
import { createSource } from '../../../src/compiler/source.ts'
import type { Placement } from '../../../src/runtime/effects/placement.ts'
import { driveRun } from '../../support/driven-run.ts'
import { randomWorkflow } from '../../support/random-workflow.ts'
import { type Decision, decideBySeed, drawFrom, ScriptedWorld } from '../../support/scripted-world.ts'

type WrittenStep = Record<string, unknown> & { id: string }
interface Written {
  steps: WrittenStep[]
  finally: WrittenStep[]
}

/** Number of steps that a probe reports on, on average: more would make large workflows too large to read. */
const MOST_ASKED = 20

const PROBE = /^p\d+$/

const listsIn = (step: WrittenStep): WrittenStep[][] => {
  const lists: unknown[] = [step.do]
  if (Array.isArray(step.switch)) for (const one of step.switch) lists.push(one.do, one.else?.do)
  if (step.parallel !== undefined) lists.push(...Object.values(step.parallel as object))
  return lists.filter((list): list is WrittenStep[] => Array.isArray(list))
}

/** Ids of all steps, each with the foreach steps around it. */
const scopesOf = (steps: WrittenStep[], around: string[] = []): Map<string, string[]> =>
  new Map(
    steps.flatMap((step) => {
      const inside = step.foreach === undefined ? around : [...around, step.id]
      return [[step.id, around] as const, ...listsIn(step).flatMap((list) => [...scopesOf(list, inside)])]
    }),
  )

/** Puts a probe before every step, but those in `without`. */
const addProbes = (text: string, without: ReadonlySet<string>): string => {
  const workflow = parse(text) as Written
  const own = scopesOf(workflow.steps)
  const all = scopesOf([...workflow.steps, ...workflow.finally])
  let count = 0
  const probe = (scopes: Map<string, string[]>, around: string[]): WrittenStep[] => {
    const id = `p${++count}`
    const visible = [...scopes].filter(([, scope]) => scope.every((foreach) => around.includes(foreach)))
    const asked = visible.filter(([step]) => drawFrom(id, step) < MOST_ASKED / visible.length)
    const facts = asked.flatMap(([step]) =>
      ['output', 'error'].map((field) => `${step}.${field}=\${has(steps.${step}.${field})}`),
    )
    return without.has(id) ? [] : [{ id, llm: 'mock/echo', prompt: facts.join(' '), retry: { max: 1 } }]
  }
  const withProbes = (steps: WrittenStep[], scopes: Map<string, string[]>, around: string[] = []): WrittenStep[] =>
    steps.flatMap((step) => {
      const before = probe(scopes, around)
      const inside = step.foreach === undefined ? around : [...around, step.id]
      for (const list of listsIn(step)) list.splice(0, list.length, ...withProbes([...list], scopes, inside))
      return [...before, step]
    })
  return stringify({
    ...workflow,
    steps: withProbes(workflow.steps, own),
    finally: withProbes(workflow.finally, all),
  })
}

const compileProbed = (text: string): CompiledWorkflow => {
  const unreachable = new Set<string>()
  for (;;) {
    const source = createSource('random.yaml', addProbes(text, unreachable))
    const { compiled, diagnostics } = compile(source, { catalogue: createCatalogue() })
    if (compiled !== undefined) return compiled
    const before = unreachable.size
    for (const { code, message } of diagnostics)
      if (code === 'unreachable_step') unreachable.add(/^'(p\d+)'/.exec(message)?.[1] ?? '')
    if (unreachable.size === before) throw new Error(`${diagnostics[0]?.message}\n${source.text}`)
  }
}

interface Analysis {
  index: StepIndex
  flow: Flow
  assignment: Assignment
}

const analyse = ({ workflow, source }: CompiledWorkflow): Analysis => {
  const index = indexSteps(workflow)
  const flow = buildFlow(index, resolveJumps(index, new Diagnostics(source)))
  const reached = findReachable(flow)
  const { graph, entry } = flow
  return { index, flow, assignment: analyseAssignment(graph, { entry, reached, count: index.steps.length }) }
}

/** Tells what a probe is asked for, and otherwise decides by the seed. */
class ProbedWorld extends ScriptedWorld {
  readonly told: { probe: string; facts: string }[] = []

  constructor(seed: number) {
    const decide = decideBySeed(seed, { withRetries: true })
    super({ decide: (id, failures): Decision => (PROBE.test(stepOf(id)) ? ANSWER : decide(id, failures)) })
  }

  override createPlacement(isDead: () => boolean = () => false): Placement {
    const placement = super.createPlacement(isDead)
    return {
      perform: (call, context) => {
        const probe = stepOf(context.key.slice(context.key.indexOf('/') + 1))
        if (PROBE.test(probe)) this.told.push({ probe, facts: JSON.stringify(call.input) })
        return placement.perform(call, context)
      },
    }
  }
}

const ANSWER: Decision = { output: { text: 'yes' } }

/** `grades[3]/grade#1` → `grade` */
const stepOf = (id: string): string => /([^/#]+)#\d+$/.exec(id)?.[1] ?? ''

const test = suite('definite assignment against runs')

test('what is sure is there, whatever happens', async () => {
  let sure = 0
  let told = 0
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ final: true }), fc.integer(), async (text, seed) => {
      const compiled = compileProbed(text)
      const { index, flow, assignment } = analyse(compiled)
      const world = new ProbedWorld(seed)
      await driveRun({ compiled, world, input: { flag: seed % 2 === 0 } })
      for (const { probe, facts } of world.told) {
        const node = flow.points[index.byId.get(probe)?.number ?? -1]?.perform
        for (const [, id = '', field, there] of facts.matchAll(/(s\d+|last)\.(output|error)=(true|false)/g)) {
          const step = index.byId.get(id)
          assert.ok(node !== undefined && step !== undefined)
          if (!assignment.isSure(node, step, field as RecordField)) continue
          sure++
          assert.is(there, 'true', `${field} of ${id} at ${probe} in\n${compiled.source.text}`)
        }
        told++
      }
    }),
    // Shrinking a workflow that has run takes minutes; the seed and the text of the failing one are in the message.
    { numRuns: 60, endOnFailure: true, includeErrorInReport: true },
  )
  assert.ok(told > 100 && sure > 100, `${told} probes told of ${sure} sure records`)
})

test.run()

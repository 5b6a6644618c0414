/** The workflow of W1 and W4: ten model calls in a line, each reading the one before. The model answers at once. */
import { createLocal, type Local } from '../src/app/local.ts'
import type { CompiledWorkflow } from '../src/compiler/compile.ts'
import { createSource } from '../src/compiler/source.ts'
import type { Store } from '../src/store/store.ts'

export const STEPS_IN_LINE = 10

const lineSource = (steps: number): string => {
  const lines = Array.from({ length: steps }, (_, index) => {
    const before = index === 0 ? 'start' : `\${steps.step_${index - 1}.output.text}`
    return `  - { id: step_${index}, llm: default, prompt: "${before}" }`
  })
  return ['workflow: line', 'models: { default: mock/echo }', 'steps:', ...lines].join('\n')
}

export const openLine = (store: Store): { local: Local; workflow: CompiledWorkflow } => {
  const local = createLocal({ store, tools: { files: { read: [], write: [], protected: [] }, http: { allow: [] } } })
  const { compiled, diagnostics } = local.compile(createSource('line.yaml', lineSource(STEPS_IN_LINE)))
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics))
  return { local, workflow: compiled }
}

/** Runs per second: so many runs, so many at once. */
export const measureRuns = async (
  { local, workflow }: { local: Local; workflow: CompiledWorkflow },
  { runs, atOnce }: { runs: number; atOnce: number },
): Promise<number> => {
  const one = async (): Promise<void> => {
    const run = await local.start(workflow)
    const exit = await run.exited
    if (exit.kind !== 'ended' || exit.end.status !== 'completed') throw new Error(`a run ended as ${exit.kind}`)
  }
  const started = performance.now()
  for (let done = 0; done < runs; done += atOnce) await Promise.all(Array.from({ length: atOnce }, one))
  return runs / ((performance.now() - started) / 1000)
}

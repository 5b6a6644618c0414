/** A folder with workflows in it, and the command line run there, on a database of its own. */
import type { DatabaseAddress } from '../../src/store/database-address.ts'
import type { Store } from '../../src/store/store.ts'
import { type ProcessOptions, type ProcessResult, type RunningProcess, runCli, startCli } from './child-process.ts'
import { createTempFolder, type TempFolder } from './temp-folder.ts'
import { createTestAddress, dumpTestDatabase, openTestDatabase } from './test-database.ts'

export interface CliProject extends TempFolder {
  /** Runs `troupe ARGS` in the folder. On SQLite the environment is without TROUPE_DB. */
  troupe(args: readonly string[], options?: ProcessOptions): Promise<ProcessResult>
  /** Starts it and does not wait. */
  start(args: readonly string[], options?: ProcessOptions): RunningProcess
  /** Opens the database that these commands have. */
  openStore(): Promise<Store>
  /** All that is in it, as text. */
  dump(): string
}

export const createCliProject = (files: Record<string, string> = {}): CliProject => {
  const folder = createTempFolder(files)
  let made: DatabaseAddress | undefined
  const findAddress = (): DatabaseAddress => {
    made ??= createTestAddress(folder.resolve('.troupe/troupe.db'))
    return made
  }
  const place = ({ env, ...rest }: ProcessOptions = {}): ProcessOptions => ({
    cwd: folder.path,
    timeoutMs: 60_000,
    ...rest,
    env: { TROUPE_DB: toVariable(findAddress()), FORCE_COLOR: undefined, ...env },
  })
  return {
    ...folder,
    troupe: (args, options) => runCli(args, place(options)),
    start: (args, options) => startCli(args, place(options)),
    openStore: () => openTestDatabase(findAddress()),
    dump: () => dumpTestDatabase(findAddress()),
  }
}

/** A file of SQLite is the default of a project. */
const toVariable = (address: DatabaseAddress): string | undefined =>
  address.kind === 'postgres' ? address.url : undefined

/** One model call that echoes `input.name`. */
export const HELLO = `workflow: hello
models: { default: mock/echo }
input: { name: string, age?: integer, place?: { city: string } }
steps:
  - id: greet
    llm: default
    prompt: "Hello \${input.name}"
output: { text: steps.greet.output.text }
`

/** Begins with a quick step, then takes `delay`, then ends. */
export const slow = (delay: string): string => `workflow: slow
models: { default: mock/script }
steps:
  - id: first
    llm: default
    prompt: go
    params: { script: [ready] }
  - id: work
    llm: default
    prompt: work
    params: { script: [{ text: done, delay: ${delay} }, { text: done }] }
output: { text: steps.work.output.text }
`

export const FAILING = `workflow: failing
steps:
  - id: give_up
    fail: { code: no_luck, message: it was not to be }
`

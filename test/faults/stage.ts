/**
 * A project with a database that several `troupe serve` share, to be killed and stopped, and a store of its own connection to look on
 * from outside. What is still running at the end is killed.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createLinkReader } from '../../src/app/project/linked-files.ts'
import { type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { createRunId } from '../../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { DatabaseAddress } from '../../src/store/database-address.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { CLI_BUILT, type ProcessOptions, type RunningProcess, startProcess } from '../support/child-process.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'
import { createTestAddress, openTestDatabase } from '../support/test-database.ts'
import { isIntact } from './is-intact.ts'

/** A line of `troupe serve --json`. */
export interface SaidNotice {
  type: string
  run?: string
  why?: string
  /** Address of the HTTP interface, in `server.started`. */
  url?: string | null
  error?: { code: string }
  /** RFC 3339. */
  time: string
}

export interface ServeOptions extends ProcessOptions {
  /** As `--listen` has it. Default: the default port, if it is free. */
  listen?: string
  /** Limit of its runs in memory. Default: that of the command. */
  mostRuns?: number
  /** The command line of another release. Default: of this one, as it is built. */
  cli?: string
}

export interface ServerProcess extends RunningProcess {
  notices(): SaidNotice[]
}

export interface Stage {
  folder: TempFolder
  /** As `--db` names it: the path of the file, or a URL. */
  database: string
  /** True if the database finds no problem in itself. */
  isIntact(): Promise<boolean>
  store: Store
  compile(name: string): CompiledWorkflow
  /** Enqueues a run for a server; returns its id. */
  submit(workflow: CompiledWorkflow, input?: JsonValue): Promise<string>
  /** Resolves when the server has begun. */
  serve(options?: ServeOptions): Promise<ServerProcess>
  record(id: string): Promise<RunRecord>
  kill(process: RunningProcess): Promise<void>
}

const CONFIG = 'http: { allow: ["127.0.0.1"] }\ndurability: process\n'

export const onStage = async (
  files: Record<string, string>,
  play: (stage: Stage) => Promise<void>,
  { databaseFolder, address: given }: { databaseFolder?: string; address?: DatabaseAddress } = {},
): Promise<void> => {
  const folder = createTempFolder({ 'troupe.config.yaml': CONFIG, ...files })
  const address = given ?? createTestAddress(`${databaseFolder ?? folder.path}/faults.db`)
  const database = toText(address)
  const store = await openTestDatabase(address)
  const running = new Set<RunningProcess>()
  const kill = async (process: RunningProcess): Promise<void> => {
    running.delete(process)
    process.kill('SIGKILL')
    await process.done.catch(() => {})
  }
  try {
    await play({
      folder,
      database,
      store,
      isIntact: () => isIntact(address, store),
      kill,
      compile: (name) => compileFile(folder, name),
      submit: (workflow, input = {}) => submitTo(store, workflow, { input, folder: folder.path }),
      async serve(options = {}) {
        const server = startServer(folder, database, options)
        running.add(server)
        await server.waitFor('server.started')
        return server
      },
      async record(id) {
        const found = await store.findRun(id)
        if (found.kind !== 'found') throw new Error(`${id} is ${found.kind}`)
        return found.run
      },
    })
  } finally {
    await Promise.all([...running].map(kill))
    await store.close().catch(() => {})
    folder.remove()
  }
}

const toText = (address: DatabaseAddress): string => {
  if (address.kind === 'memory') throw new Error('no process shares a database in memory')
  return address.kind === 'postgres' ? address.url : address.path
}

const startServer = (
  folder: TempFolder,
  database: string,
  { listen, mostRuns, cli = CLI_BUILT, ...options }: ServeOptions,
): ServerProcess => {
  const given = { cwd: folder.path, timeoutMs: 3_600_000, ...options, env: { TROUPE_DB: undefined, ...options.env } }
  const address = listen === undefined ? [] : ['--listen', listen]
  const bound = mostRuns === undefined ? [] : ['--max-runs', `${mostRuns}`]
  const server = startProcess([process.execPath, cli, 'serve', '--json', '--db', database, ...address, ...bound], given)
  return { ...server, notices: () => readNotices(server.output().stdout) }
}

/** The last line may be written only in part. */
const readNotices = (stdout: string): SaidNotice[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SaidNotice)

const compileFile = (folder: TempFolder, name: string): CompiledWorkflow => {
  const source = createSource(name, readFileSync(folder.resolve(name), 'utf8'))
  const { compiled, diagnostics } = compile(source, {
    catalogue: createCatalogue(),
    links: createLinkReader(folder.path),
  })
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return compiled
}

const submitTo = async (
  store: Store,
  workflow: CompiledWorkflow,
  { input, folder }: { input: JsonValue; folder: string },
): Promise<string> => {
  const at = Date.now()
  const run = toNewRun(workflow, { id: createRunId(at), at, input, folder }, new SecretVault())
  const [, submitted] = await Promise.all([store.saveDefinition(toDefinition(workflow)), store.submit(run)])
  if (submitted.kind !== 'created') throw new Error(submitted.kind)
  return run.id
}

/** Looks again and again until it holds; fails after a while. Gives how long it took, in milliseconds. */
export const until = async (
  what: string,
  holds: () => Promise<boolean> | boolean,
  { everyMs = 25, withinMs = 60_000 } = {},
): Promise<number> => {
  const started = performance.now()
  while (!(await holds())) {
    if (performance.now() - started > withinMs) throw new Error(`${what}: not within ${withinMs} ms`)
    await delay(everyMs)
  }
  return performance.now() - started
}

export const untilAllEnd = async ({ store }: Stage): Promise<void> => {
  await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0, {
    everyMs: 200,
    withinMs: 120_000,
  })
}

/** A server of Restate's, from the package with its program: on free ports of 127.0.0.1, with a folder that is gone when this process is. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../free-port.ts'

export interface RestateServer {
  /** Where runs are submitted. */
  ingress: string
  /** Id of the process that is running now. */
  pid(): number
  /** Makes the services known that are served at this address. */
  register(uri: string): Promise<void>
  /** Bytes of its folder, all of it written out: for that it is stopped, and started again. */
  sizeBytes(): Promise<number>
  /** Without a word to it; `start` goes on with what it has written. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** As with the other peers, written data survives a killed process, not a power cut. */
export const RESTATE_NOTE = 'its own server on this machine (RocksDB, WAL without fsync)'

export const POWER_SAFE_RESTATE_NOTE = 'its own server on this machine (RocksDB, WAL with fsync, its default)'

/** @param isPowerSafe True: written data survives a power cut too. */
export const startRestate = async ({ isPowerSafe = false }: { isPowerSafe?: boolean } = {}): Promise<RestateServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-restate-'))
  const ports = { ingress: await findFreePort(), admin: await findFreePort(), node: await findFreePort() }
  const ingress = `http://127.0.0.1:${ports.ingress}`
  const admin = `http://127.0.0.1:${ports.admin}`
  let server: ChildProcess
  const start = async (): Promise<void> => {
    server = spawn(findProgram(), ['--no-logo', '--listen-mode', 'tcp', '--base-dir', folder], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, ...toSettings(ports), ...(isPowerSafe ? {} : WITHOUT_FSYNC) },
    })
    await untilOk(() => fetch(`${admin}/health`))
    await untilOk(() => fetch(`${ingress}/restate/health`))
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = once(server, 'exit')
    server.kill(signal)
    await ended
  }
  process.on('exit', () => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return {
    ingress,
    pid: () => server.pid ?? 0,
    register: (uri) => untilOk(() => register(admin, uri)),
    sizeBytes: async () => {
      await end('SIGTERM')
      const size = measureFolder(folder)
      await start()
      return size
    },
    kill: () => end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
  }
}

/** Not for every system is there one. */
export const hasRestate = (): boolean => {
  try {
    return findProgram() !== ''
  } catch {
    return false
  }
}

/** The program that the package's own launcher starts, without that launcher in between. */
const findProgram = (): string => {
  const launcher = import.meta.resolve('@restatedev/restate-server/package.json')
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}/package.json`
  return join(dirname(createRequire(launcher).resolve(name)), 'bin/restate-server')
}

const toSettings = ({ ingress, admin, node }: Record<'ingress' | 'admin' | 'node', number>): NodeJS.ProcessEnv => ({
  RESTATE_BIND_IP: '127.0.0.1',
  RESTATE_BIND_PORT: String(node),
  RESTATE_ADVERTISED_HOST: '127.0.0.1',
  RESTATE_NODE_NAME: 'bench',
  RESTATE_INGRESS__BIND_PORT: String(ingress),
  RESTATE_ADMIN__BIND_PORT: String(admin),
  RESTATE_ADMIN__DISABLE_WEB_UI: 'true',
  RESTATE_DISABLE_TELEMETRY: 'true',
})

const WITHOUT_FSYNC: NodeJS.ProcessEnv = {
  RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_FSYNC: 'true',
  RESTATE_BIFROST__LOCAL__ROCKSDB_DISABLE_WAL_FSYNC: 'true',
}

const register = (admin: string, uri: string): Promise<Response> =>
  fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri, force: true }),
  })

const untilOk = async (ask: () => Promise<Response>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask().catch((error: unknown) => String(error))
    if (typeof answer !== 'string' && answer.ok) return
    if (attempt === ATTEMPTS) throw new Error(typeof answer === 'string' ? answer : await answer.text())
    await delay(PAUSE_MS)
  }
}

const ATTEMPTS = 300
const PAUSE_MS = 100

const measureFolder = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, { parentPath, name }) => total + statSync(join(parentPath, name)).size, 0)

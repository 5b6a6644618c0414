import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ProcessOptions {
  cwd?: string
  /** Added to this process's own environment; undefined takes a variable away. Default: what project configs grant is trusted. */
  env?: Record<string, string | undefined>
  /** Written to its standard input, which is then closed. */
  input?: string
  /** Killed after this, and the promise rejects. Default 30,000. */
  timeoutMs?: number
  /** In a process group of its own, as a shell starts its jobs. */
  detached?: boolean
}

export interface ProcessResult {
  stdout: string
  stderr: string
  /** Null when a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
}

export interface RunningProcess {
  child: ChildProcess
  pid: number
  /** Output so far. */
  output(): { stdout: string; stderr: string }
  /** Resolves when stdout or stderr holds `text`; rejects when the process ends without it. */
  waitFor(text: string | RegExp): Promise<void>
  kill(signal?: NodeJS.Signals): void
  done: Promise<ProcessResult>
}

export const REPOSITORY_FOLDER = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The command line as it stands in the sources, for a shell to start. */
export const CLI_SOURCE = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** The command line as it is shipped; `npm test` builds it first. */
export const CLI_BUILT = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Runs the command line from source and collects what it says. */
export const runCli = (args: readonly string[], options?: ProcessOptions): Promise<ProcessResult> =>
  startCli(args, options).done

export const startCli = (args: readonly string[], options?: ProcessOptions): RunningProcess =>
  startProcess([process.execPath, CLI_SOURCE, ...args], options)

/** Runs the command line as it is shipped. */
export const startBuiltCli = (args: readonly string[], options?: ProcessOptions): RunningProcess =>
  startProcess([process.execPath, CLI_BUILT, ...args], options)

export const runProcess = (command: readonly string[], options?: ProcessOptions): Promise<ProcessResult> =>
  startProcess(command, options).done

/** @param command The program and its arguments; no shell is between. */
export const startProcess = (command: readonly string[], options: ProcessOptions = {}): RunningProcess => {
  const { cwd, env = {}, input = '', timeoutMs = 30_000, detached = false } = options
  const [program = process.execPath, ...args] = command
  const child = spawn(program, args, {
    cwd,
    detached,
    env: { ...process.env, NO_COLOR: '1', TROUPE_TRUST: '1', ...env },
  })
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      for (const listener of listeners) listener()
    })
  }
  // A process that ends without reading its input closes the pipe: no concern of the test.
  child.stdin.on('error', () => {}).end(input)

  const done = new Promise<ProcessResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`still running after ${timeoutMs} ms: ${command.join(' ')}\n${written.stdout}${written.stderr}`))
    }, timeoutMs)
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer)
      resolve({ ...written, exitCode, signal })
    })
  })
  // A test that awaits `done` sees the rejection; one that does not must not die of it.
  done.catch(() => {})

  const waitFor = (text: string | RegExp): Promise<void> => {
    const isThere = (): boolean => {
      const all = written.stdout + written.stderr
      return typeof text === 'string' ? all.includes(text) : text.test(all)
    }
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!isThere()) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
      done.then(
        () => isThere() || reject(new Error(`ended without writing ${text}:\n${written.stdout}${written.stderr}`)),
        reject,
      )
    })
  }

  return {
    child,
    pid: child.pid ?? -1,
    output: () => ({ ...written }),
    waitFor,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    done,
  }
}

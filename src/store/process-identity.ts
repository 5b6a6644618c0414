/**
 * Identity of this process, and the liveness of others: a run is taken over at once when the process that held it is
 * gone, instead of after its lease.
 *
 * A process is known by host, pid and start time, since pids are used again. A host is known by its name, machine id,
 * boot and pid namespace, since two containers of one machine can have the same name and the same pids.
 * A process of unknown state counts as alive: then the lease decides.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { hashBytes } from '../core/hash.ts'
import type { Owner } from './store.ts'

/** A new owner that stands for this process; each call gives another id. */
export const createOwner = (): Owner => ({
  id: `o-${randomBytes(9).toString('base64url')}`,
  host: thisHost(),
  pid: process.pid,
  processStart: readProcess(process.pid)?.start ?? Math.round(Date.now() - process.uptime() * 1000),
})

/** False only when the owner's process has certainly ended. */
export const isAlive = (owner: Owner): boolean => {
  if (KNOWN_DEAD.has(owner.id)) return false
  if (mayLive(owner)) return true
  if (KNOWN_DEAD.size >= MOST_KNOWN_DEAD) KNOWN_DEAD.clear()
  KNOWN_DEAD.add(owner.id)
  return false
}

/** Ids of owners whose processes are gone: they stay gone, and thousands of runs may have had the same one. */
const KNOWN_DEAD = new Set<string>()
const MOST_KNOWN_DEAD = 1_000

const mayLive = (owner: Owner): boolean => {
  if (owner.host !== thisHost()) return !wasBeforeBoot(owner.host)
  const found = readProcess(owner.pid)
  if (found !== undefined) return found.start === owner.processStart && !found.ended
  return process.platform !== 'linux' && answers(owner.pid)
}

const UNKNOWN = 'unknown'

let cachedHost: string | undefined

/** `name/machine.boot.namespace`, such as `laptop/1f0c3a.d44094d9.4026531836`. */
const thisHost = (): string => {
  cachedHost ??= `${hostname()}/${machineId()}.${bootId()}.${pidNamespace()}`
  return cachedHost
}

/** `machine`: name and machine id. */
const splitHost = (host: string): { machine: string; boot: string } | undefined => {
  const [, machine, boot] = /^(.*\/[^/.]+)\.([^/.]+)\.[^/.]+$/.exec(host) ?? []
  return machine === undefined || boot === undefined ? undefined : { machine, boot }
}

/** The same machine under another boot: none of its processes can live. */
const wasBeforeBoot = (host: string): boolean => {
  const theirs = splitHost(host)
  const ours = splitHost(thisHost())
  if (theirs === undefined || ours === undefined) return false
  if (ours.machine.endsWith(UNKNOWN) || ours.boot === UNKNOWN || theirs.boot === UNKNOWN) return false
  return theirs.machine === ours.machine && theirs.boot !== ours.boot
}

/** Hashed, because /etc/machine-id is meant to stay on its machine: machine-id(5). */
const machineId = (): string => {
  const id = readText('/etc/machine-id')?.trim()
  return id ? hashBytes(`troupe ${id}`).slice(0, 6) : UNKNOWN
}

const bootId = (): string => readText('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? UNKNOWN

const pidNamespace = (): string => {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? UNKNOWN
  } catch {
    return UNKNOWN
  }
}

/** From /proc/PID/stat, see proc_pid_stat(5): the start time is field 22; the name in field 2 may hold blanks and brackets. */
const readProcess = (pid: number): { start: number; ended: boolean } | undefined => {
  const text = readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0] ?? ''
  return { start: Number(fields[19]), ended: state === 'Z' || state === 'X' }
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const answers = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

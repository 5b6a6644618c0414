/**
 * Agents that connect to public addresses only, unless the project's `http.allow` has the host or the address.
 *
 * 1. The resolved addresses are checked, and once more the address of the open socket, before a byte is written. So a name that resolves
 *    differently the second time gains nothing, and redirects need no check of their own.
 * 2. Idle connections are kept for 4 s. Common servers close theirs after 5 s, and a request on a closing connection is lost.
 * 3. Idle connections do not keep the process alive.
 */
import { lookup } from 'node:dns'
import { type AgentOptions, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Fault } from '../../../core/fault.ts'
import { findPrivateReason } from './address.ts'
import { type AllowList, normaliseHost } from './allow-list.ts'

export interface GuardOptions {
  allow: AllowList
  /** The most that opening the connection may take: name, TCP and TLS together. */
  connectTimeoutMs: number
}

const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxFreeSockets: 32, timeout: 4000, scheduling: 'lifo' }

interface Target {
  host: string
  port: number
}

/** Checks a host that is an address; a name is checked once it is resolved. @throws Fault `address_blocked` */
export const assertReachableLiteral = (url: URL, allow: AllowList): void => {
  const target = { host: normaliseHost(url.hostname), port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) }
  if (isIP(target.host) === 0) return
  const fault = findRefusal(target.host, { target, allow })
  if (fault !== undefined) throw fault
}

const findRefusal = (address: string, { target, allow }: { target: Target; allow: AllowList }): Fault | undefined => {
  if (allow.hasHost(target.host, target.port) || allow.hasAddress(address, target.port)) return undefined
  const reason = findPrivateReason(address)
  if (reason === undefined) return undefined
  const entry = isIP(target.host) === 6 ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
  const subject = target.host === address ? `'${entry}' is ${reason}` : `'${entry}' leads to ${address}, ${reason}`
  return new Fault(
    'address_blocked',
    `${subject}: http tools reach public addresses only\nto allow it, add to troupe.config.yaml: http: { allow: ["${entry}"] }`,
    { details: { host: target.host, port: target.port, address } },
  )
}

/** Resolves a name to its allowed addresses. Without any, the connection fails with the fault. */
const createLookup = (target: Target, allow: AllowList): LookupFunction => {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '')
      const refusals = found.map(({ address }) => findRefusal(address, { target, allow }))
      const reachable = found.filter((_, index) => refusals[index] === undefined)
      const [first] = reachable
      if (first === undefined) return callback(refusals[0] ?? new Error(`'${hostname}' has no address`), '')
      return options.all ? callback(null, reachable) : callback(null, first.address, first.family)
    })
  }
}

/** Makes an agent for `http:` or `https:` URLs with these checks. `destroy()` ends its idle connections. */
export const createGuardedAgent = (protocol: 'http:' | 'https:', options: GuardOptions): HttpAgent => {
  const agent = protocol === 'https:' ? new HttpsAgent(AGENT_OPTIONS) : new HttpAgent(AGENT_OPTIONS)
  const opened = protocol === 'https:' ? 'secureConnect' : 'connect'
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (request, created) => {
    const target = { host: normaliseHost(request.host ?? ''), port: Number(request.port) }
    const socket = connect({ ...request, lookup: createLookup(target, options.allow) }, created)
    if (socket) guardSocket(socket, { target, options, opened })
    return socket
  }
  return agent
}

interface SocketGuard {
  target: Target
  options: GuardOptions
  /** The event of a connection that is ready. */
  opened: 'connect' | 'secureConnect'
}

/** Listens before the request does, so that a refused socket is closed before a byte is written. */
const guardSocket = (socket: Duplex, { target, options, opened }: SocketGuard): void => {
  const timer = setTimeout(() => {
    const message = `no connection to '${target.host}:${target.port}' within ${options.connectTimeoutMs} ms`
    socket.destroy(new Fault('timeout', message, { retryable: true }))
  }, options.connectTimeoutMs)
  const disarm = (): void => clearTimeout(timer)
  socket.once(opened, disarm)
  socket.once('close', disarm)
  socket.once('connect', () => {
    const fault = findRefusal((socket as Socket).remoteAddress ?? '', { target, allow: options.allow })
    if (fault !== undefined) socket.destroy(fault)
  })
}

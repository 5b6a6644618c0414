/** A server that says of itself that it is an old Postgres, and answers no more than the question for its version. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

export interface OldPostgres {
  url: string
  close(): Promise<void>
}

/** @param version As `server_version_num` has it: 120004 */
export const startOldPostgres = async (version: number): Promise<OldPostgres> => {
  const server = createServer((socket) => {
    let isGreeted = false
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      if (!isGreeted) socket.write(GREETING)
      else if (bytes.toString('latin1', 0, 1) === 'Q') socket.write(answer([`${version}`, 'f', '0']))
      else socket.end()
      isGreeted = true
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://troupe@127.0.0.1:${port}/old`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A message of the protocol: its kind, its length, its content. */
const message = (kind: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from(kind), int32(body.length + 4), body])
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const int16 = (value: number): Buffer => int32(value).subarray(2)

const text = (value: string): Buffer => Buffer.from(`${value}\0`)

const READY = message('Z', Buffer.from('I'))

const GREETING = Buffer.concat([message('R', int32(0)), READY])

/** Names and types of the columns: int4, bool, int8. */
const COLUMNS = [
  ['server', 23],
  ['has_migrations', 16],
  ['foreign_tables', 20],
] as const

const answer = (values: readonly string[]): Buffer =>
  Buffer.concat([
    message(
      'T',
      int16(COLUMNS.length),
      ...COLUMNS.flatMap(([name, type]) => [
        text(name),
        int32(0),
        int16(0),
        int32(type),
        int16(-1),
        int32(-1),
        int16(0),
      ]),
    ),
    message('D', int16(values.length), ...values.flatMap((value) => [int32(value.length), Buffer.from(value)])),
    message('C', text('SELECT 1')),
    READY,
  ])

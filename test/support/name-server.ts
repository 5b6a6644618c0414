/** A name server on a loopback address of its own, which may answer each question for a name otherwise. */
import { createSocket } from 'node:dgram'

export interface Names {
  /** By name in lower case: the addresses of each answer in turn; the last one is repeated. */
  [name: string]: readonly (readonly string[])[]
}

export interface NameServer {
  address: string
  stop(): Promise<void>
}

const A = 1
const AAAA = 28

/** Needs the right to take port 53. */
export const startNameServer = async (names: Names): Promise<NameServer> => {
  const asked = new Map<string, number>()
  const socket = createSocket('udp4')
  const address = `127.77.${process.pid % 250}.${(process.pid >> 8) % 250}`
  socket.on('message', (question, { port, address: from }) => {
    const { name, type, end } = readQuestion(question)
    const turns = names[name]
    const key = `${name}/${type}`
    const turn = asked.get(key) ?? 0
    asked.set(key, turn + 1)
    const addresses = turns?.[Math.min(turn, turns.length - 1)] ?? []
    const answers = addresses.filter((one) => one.includes(':') === (type === AAAA) && (type === A || type === AAAA))
    socket.send(toAnswer(question.subarray(0, end), { answers, type, isKnown: turns !== undefined }), port, from)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(53, address, resolve)
  })
  return { address, stop: () => new Promise((resolve) => socket.close(() => resolve())) }
}

const readQuestion = (message: Buffer): { name: string; type: number; end: number } => {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 }
}

const NO_SUCH_NAME = 3

const toAnswer = (
  question: Buffer,
  { answers, type, isKnown }: { answers: readonly string[]; type: number; isKnown: boolean },
): Buffer => {
  const head = Buffer.from(question)
  head.writeUInt16BE(0x8580 + (isKnown ? 0 : NO_SUCH_NAME), 2)
  head.writeUInt16BE(answers.length, 6)
  head.fill(0, 8, 12)
  const records = answers.map((address) => {
    const bytes = toBytes(address)
    // A pointer to the name, the type, the class, no time to live, the length.
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length])
    return Buffer.concat([record, bytes])
  })
  return Buffer.concat([head, ...records])
}

/** IPv6 in the mapped form alone: `::ffff:1.2.3.4`. */
const toBytes = (address: string): Buffer => {
  const last = Buffer.from(address.replace('::ffff:', '').split('.').map(Number))
  return address.includes(':') ? Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), last]) : last
}

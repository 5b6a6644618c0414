/** Everything outside that a command may use: streams, environment, working folder and global options. */
import { once } from 'node:events'
import { createPaint, type Paint, wantsColor } from './paint.ts'
import { toTerminalText } from './terminal-text.ts'

export interface GlobalOptions {
  db?: string
  server?: string
  config?: string
  trust?: boolean
  /** False with `--no-color`. */
  color: boolean
  debug?: boolean
}

export interface Channel {
  /** Writes text. Its control characters become visible escapes; line breaks, tabs and colours of `paint` stay. */
  write(text: string): void
  /** Writes text between control sequences, all at once. */
  frame(text: string, sequences: { before?: string; after?: string }): void
  isTerminal: boolean
  paint: Paint
  /** Current cells of the terminal; 80 × 24 without one. */
  columns(): number
  rows(): number
  onResize(listener: () => void): () => void
}

export interface Context {
  options: GlobalOptions
  /** Absolute. */
  workingFolder: string
  environment: Readonly<Record<string, string | undefined>>
  /** For results. */
  stdout: Channel
  /** For progress, hints and errors. */
  stderr: Channel
  readStdin(): Promise<Uint8Array>
  /** Standard input, line by line as it arrives. */
  readLines(): InputLines
  /** One key that a user presses, `\x03` for Ctrl-C; undefined if no user sits at a terminal. */
  readKey: (() => Promise<string>) | undefined
}

export interface InputLines extends AsyncIterable<string> {
  /** True if a user types the lines. */
  isTerminal: boolean
}

export const createContext = (options: GlobalOptions): Context => {
  const environment = process.env
  return {
    options,
    workingFolder: process.cwd(),
    environment,
    stdout: createChannel(process.stdout, options, environment),
    stderr: createChannel(process.stderr, options, environment),
    readStdin,
    readLines,
    readKey: process.stdin.isTTY === true && process.stderr.isTTY === true ? readKey : undefined,
  }
}

const createChannel = (
  stream: NodeJS.WriteStream,
  { color }: GlobalOptions,
  environment: Context['environment'],
): Channel => {
  const isTerminal = stream.isTTY === true && environment.TERM !== 'dumb'
  const hasColor = wantsColor({ isTerminal, flag: color }, environment)
  return {
    write: (text) => void stream.write(toTerminalText(text, hasColor)),
    frame: (text, { before = '', after = '' }) => void stream.write(before + toTerminalText(text, hasColor) + after),
    isTerminal,
    paint: createPaint(hasColor),
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    onResize(listener) {
      stream.on('resize', listener)
      return () => void stream.off('resize', listener)
    },
  }
}

const readStdin = async (): Promise<Uint8Array> => {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const readLines = (): InputLines => ({
  isTerminal: process.stdin.isTTY === true,
  async *[Symbol.asyncIterator]() {
    const { createInterface } = await import('node:readline')
    yield* createInterface({ input: process.stdin })
  },
})

const readKey = async (): Promise<string> => {
  const { stdin } = process
  stdin.setRawMode(true)
  try {
    const [keys] = await once(stdin, 'data')
    return String(keys).slice(0, 1)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
  }
}

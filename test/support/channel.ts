/** A channel that keeps what is written to it. */
import type { Channel } from '../../src/cli/context.ts'
import { createPaint } from '../../src/cli/paint.ts'

export const createChannel = ({ columns = 100 }: { columns?: number } = {}): Channel & { text(): string } => {
  const written: string[] = []
  return {
    write: (text) => void written.push(text),
    frame: (text) => void written.push(text),
    isTerminal: true,
    paint: createPaint(false),
    columns: () => columns,
    rows: () => 40,
    onResize: () => () => {},
    text: () => written.join(''),
  }
}

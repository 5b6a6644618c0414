import type { PatternSetting, Seen } from './run-pattern.ts'

/** One run of a pattern, and what is seen of it. */
export interface PatternCase extends PatternSetting {
  /** The fact that is tested. */
  title: string
  /** The parts that matter; without `error` the run completes. */
  seen: Partial<Omit<Seen, 'error' | 'status'>> & { error?: Partial<NonNullable<Seen['error']>>; status?: string }
}

/** The cases of each pattern, by the name of its file without `.yaml`. */
export type PatternCases = Readonly<Record<string, readonly PatternCase[]>>

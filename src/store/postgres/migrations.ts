/** All migrations, in order. They are listed, and not looked up in a folder, so that a bundle holds them. */
import { FIRST } from './migrations/0001-first.ts'

export const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [
  { name: '0001-first', statements: FIRST },
]

import { setTimeout as delay } from 'node:timers/promises'

/** The model of all peers: answers at once with what it was told. */
export const answer = async (prompt: string): Promise<string> => prompt

export const answerLate = async (prompt: string, delayMs: number): Promise<string> => {
  await delay(delayMs)
  return prompt
}

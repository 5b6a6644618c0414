import { userInfo } from 'node:os'

/** The user of the operating system who calls the command. */
export const whoAsks = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

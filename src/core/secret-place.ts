/** Position of a secret within a value: the keys and indices that lead to it, and the secret's name. */
export interface SecretPlace {
  path: (string | number)[]
  name: string
}

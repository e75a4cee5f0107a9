/**
 * Decodes a user or password as MHA passes it. MHA escapes inside single quotes (`escape_for_shell` in NodeUtil.pm), so
 * the backslashes are still there when the shell is done: one before each special character, `\\` for a backslash.
 * Read once, from left to right; a backslash at the very end stands for itself.
 */
export function decodeMhaEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1');
}

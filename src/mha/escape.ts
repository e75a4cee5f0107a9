/**
 * Decodes a user or password as MHA passes it: with a backslash before each special character, because MHA escapes
 * inside single quotes (`escape_for_shell` in NodeUtil.pm). A backslash at the very end is literal.
 */
export function decodeMhaEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1');
}

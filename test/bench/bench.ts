/** `npm run bench` measures the policy check and the console; with a name it measures that. */
const [name, ...rest] = process.argv.slice(2);
process.argv.splice(2, process.argv.length, ...rest);
if (name === undefined) {
  await import('./run.ts');
  await import('./reads.ts');
  await import('./forward.ts');
  await import('./console.ts');
} else if (name === 'fleet') await import('./fleet.ts');
else {
  console.error(`There is no bench ${name}: fleet, or none for the policy check and the console.`);
  process.exitCode = 2;
}

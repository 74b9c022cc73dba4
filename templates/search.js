// The search page's script. It fetches what pipeline/site/search.py wrote beside the page, answers
// from it, and writes texts only: nothing that a stranger wrote becomes markup, an address or code.
"use strict";

const INDEX = "search/index.json";
const PER_PAGE = 50;
// Grams of a long phrase are fetched in turns; so few rows are rather read than narrowed down.
const GRAMS_A_TURN = 4;
const FEW_ROWS = 12;
const NAMES = ["q", "year", "month", "method", "supplier", "from", "to", "order"];
const ALPHABET = "abcdefghijklmnopqrstuvwyz";

// ---- what is fetched

const fetched = new Map();

// The index itself is asked for anew with each visit; its shards never change.
function load(path) {
  if (!fetched.has(path)) {
    const answer = fetch(path, { cache: path === INDEX ? "no-cache" : "default" }).then((reply) => {
      if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
      return reply.json();
    });
    answer.catch(() => fetched.delete(path));
    fetched.set(path, answer);
  }
  return fetched.get(path);
}

function shard(index, kind, number) {
  return load(`${index.folder}${kind}-${number}.json`);
}

async function everything(index, kind) {
  const shards = await Promise.all(index[kind].map((_, number) => shard(index, kind, number)));
  return shards.flat();
}

// Of each row: price in satang or null, number of its method and supplier, month, first place.
async function factsOf(index) {
  if (index.facts_read) return index.facts_read;
  const facts = await everything(index, "facts");
  let place = 0;
  let row = 0;
  const read = [];
  index.months.forEach((month, number) => {
    for (const end = row + month.rows; row < end; row++) {
      const [price, method, supplier, length] = facts[row];
      read.push({ price: price === null ? null : satang(price), method, supplier, month: number, place });
      place += length;
    }
  });
  index.facts_read = read;
  return read;
}

async function textsOf(index, row) {
  const number = last(index.rows, (first) => first <= row);
  return (await shard(index, "rows", number))[row - index.rows[number]];
}

// The number of the last item of which the claim is true; it is true of all before it.
function last(items, claim) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (claim(items[middle])) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// ---- folding, by the table of schemas/folding.py

function tableOf(folding) {
  const letters = new Map();
  const ranges = folding.out.map(([first, end]) => [first, end, ""]).concat(folding.letters);
  for (const [first, end, becomes] of ranges) {
    for (let code = first.codePointAt(0); code <= end.codePointAt(0); code++) {
      const letter = becomes && String.fromCodePoint(becomes.codePointAt(0) + code - first.codePointAt(0));
      letters.set(String.fromCodePoint(code), letter);
    }
  }
  const rank = new Map();
  folding.marks.forEach((marks, number) => [...marks].forEach((mark) => rank.set(mark, number)));
  return { letters, rank, pairs: folding.pairs };
}

// The folded text, letter by letter, each with the part of the text that it was made of.
function cells(table, text) {
  const made = [];
  let at = 0;
  for (const letter of text) {
    const end = at + letter.length;
    const becomes = table.letters.has(letter) ? table.letters.get(letter) : letter;
    if (becomes) made.push({ letter: becomes, from: at, to: end });
    at = end;
  }
  for (let start = 0; start < made.length; start++) {
    let end = start;
    while (end < made.length && table.rank.has(made[end].letter)) end++;
    if (end - start < 2) continue;
    const run = made.slice(start, end);
    run.sort((one, other) => table.rank.get(one.letter) - table.rank.get(other.letter));
    made.splice(start, run.length, ...run);
    start = end;
  }
  return table.pairs.reduce(replaced, made);
}

function replaced(made, [old, becomes]) {
  const whole = made.map((cell) => cell.letter).join("");
  if (!whole.includes(old)) return made;
  const before = [...old];
  const after = [...becomes];
  const again = [];
  for (let at = 0; at < made.length; ) {
    if (before.every((letter, step) => made[at + step]?.letter === letter)) {
      const parts = made.slice(at, at + before.length);
      const from = Math.min(...parts.map((cell) => cell.from));
      const to = Math.max(...parts.map((cell) => cell.to));
      again.push(...after.map((letter) => ({ letter, from, to })));
      at += before.length;
    } else {
      again.push(made[at]);
      at += 1;
    }
  }
  return replaced(again, [old, becomes]);
}

function fold(table, text) {
  return cells(table, text.normalize("NFC"))
    .map((cell) => cell.letter)
    .join("");
}

// ---- answering

// The places of a gram, or of all that begin like it.
async function placesOf(index, gram) {
  const from = index.grams.findIndex(([, end]) => end >= gram);
  const wanted = [];
  for (let at = from; at >= 0 && at < index.grams.length; at++) {
    const first = index.grams[at][0];
    if (first > gram && !first.startsWith(gram)) break;
    wanted.push(at);
  }
  const whole = Array.from(gram).length === index.gram;
  const places = [];
  for (const grams of await Promise.all(wanted.map((at) => shard(index, "grams", at)))) {
    const known = whole ? [gram].filter((one) => Object.hasOwn(grams, one)) : Object.keys(grams);
    for (const one of known) if (one.startsWith(gram)) addPlaces(grams[one], places);
  }
  return places;
}

function addPlaces(letters, places) {
  let place = 0;
  let step = 0;
  for (const letter of letters) {
    const small = letter.toLowerCase();
    step = step * ALPHABET.length + ALPHABET.indexOf(small);
    if (letter === small) continue;
    place += step;
    step = 0;
    places.push(place);
  }
}

// The rows in which the folded phrase stands: those where its grams follow each other.
async function rowsWith(index, facts, table, phrase) {
  const letters = Array.from(phrase);
  const rowsAt = (places) => new Set(places.map((at) => last(facts, (row) => row.place <= at)));
  if (letters.length <= index.gram) return rowsAt(await placesOf(index, phrase));

  const starts = [];
  for (let at = 0; at < letters.length - index.gram; at += index.gram) starts.push(at);
  starts.push(letters.length - index.gram);
  const turns = Math.ceil(starts.length / GRAMS_A_TURN);
  let left = null;
  for (let turn = 0; turn < turns; turn++) {
    // From all over the phrase: its beginning alone is often everywhere.
    const mine = starts.filter((_, number) => number % turns === turn);
    const found = await Promise.all(
      mine.map((start) => placesOf(index, letters.slice(start, start + index.gram).join(""))),
    );
    found.forEach((places, number) => {
      const begins = new Set(places.map((place) => place - mine[number]));
      left = left === null ? begins : new Set([...left].filter((place) => begins.has(place)));
    });
    const rows = rowsAt([...left]);
    if (rows.size <= FEW_ROWS && turn + 1 < turns) return verified(index, table, phrase, [...rows]);
  }
  return rowsAt([...left]);
}

async function verified(index, table, phrase, rows) {
  const texts = await Promise.all(rows.map((row) => textsOf(index, row)));
  const stands = (fields) => fields.some((field) => fold(table, field).includes(phrase));
  return new Set(rows.filter((_, number) => stands(searchedOf(texts[number]))));
}

function searchedOf([, title, supplier, bidders, numbers]) {
  return [title, supplier, ...bidders, ...numbers].filter((text) => text !== null);
}

// The rows that answer, in the order that is asked for.
async function answer(index, asked) {
  const facts = await factsOf(index);
  const table = tableOf(index.folding);
  const phrase = fold(table, asked.q);
  const name = fold(table, asked.supplier);
  const named = name && (await everything(index, "suppliers")).map((one) => fold(table, one).includes(name));
  const found = phrase && (await rowsWith(index, facts, table, phrase));
  const [from, to] = [asked.from, asked.to].map((text) => satang(fold(table, text)));
  const rows = [];
  facts.forEach((fact, row) => {
    const month = index.months[fact.month];
    if (
      (!phrase || found.has(row)) &&
      (!asked.year || String(month.fiscal_year) === asked.year) &&
      (!asked.month || month.month === asked.month) &&
      (!asked.method || index.methods[fact.method][0] === asked.method) &&
      (!name || (fact.supplier !== null && named[fact.supplier])) &&
      (from === null || (fact.price !== null && fact.price >= from)) &&
      (to === null || (fact.price !== null && fact.price <= to))
    )
      rows.push(row);
  });
  return { rows: ordered(rows, facts, asked.order), facts, table, phrase };
}

function ordered(rows, facts, order) {
  if (order === "oldest") return rows;
  const newest = (one, other) => facts[other].month - facts[one].month || one - other;
  if (order !== "dearest" && order !== "cheapest") return rows.sort(newest);
  const sign = order === "dearest" ? -1 : 1;
  return rows.sort((one, other) => {
    const [price, against] = [facts[one].price, facts[other].price];
    // What is unknown is neither dear nor cheap: it comes last.
    if (price === null || against === null) return (price === null) - (against === null) || newest(one, other);
    return sign * (price - against) || newest(one, other);
  });
}

// Satang of an amount in baht; null for none, NaN for what is no amount.
function satang(text) {
  if (text === "") return null;
  const shape = /^([0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,2}))?(?:บาท)?$/.exec(text);
  if (!shape) return NaN;
  return Number(shape[1].replaceAll(",", "")) * 100 + Number((shape[2] || "").padEnd(2, "0"));
}

// ---- the address and the form

function askedIn(address) {
  const given = new URLSearchParams(address);
  const asked = Object.fromEntries(NAMES.map((name) => [name, (given.get(name) || "").slice(0, 200)]));
  // A choice that the page does not offer is none.
  for (const select of document.querySelectorAll("#search select")) {
    const known = [...select.options].some((option) => option.value === asked[select.name]);
    if (!known) asked[select.name] = "";
  }
  const page = /^[1-9][0-9]{0,5}$/.test(given.get("page") || "") ? Number(given.get("page")) : 1;
  return { ...asked, page, some: NAMES.some((name) => given.has(name)) };
}

function addressOf(asked, page) {
  const told = new URLSearchParams();
  for (const name of NAMES) if (asked[name]) told.set(name, asked[name]);
  if (!told.size) told.set("q", "");
  if (page > 1) told.set("page", String(page));
  return `search.html?${told}`;
}

// ---- what is shown

const at = (id) => document.getElementById(id);

function digits(value) {
  const ours = document.querySelector("#hits tbody").dataset.digits;
  return String(value).replace(/[0-9]/g, (digit) => ours[digit]);
}

function baht(amount) {
  const whole = String(Math.floor(amount / 100)).replace(/\B(?=([0-9]{3})+$)/g, ",");
  return digits(`${whole}.${String(amount % 100).padStart(2, "0")}`);
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null));
  return made;
}

const unknown = () => element("span", "unknown", "ไม่ระบุ");

// A stranger's text, set apart, with what was searched for marked: text nodes only.
function marked(table, text, phrase) {
  const shown = element("bdi", "");
  const made = text === text.normalize("NFC") ? cells(table, text) : [];
  const letters = Array.from(phrase);
  let told = 0;
  for (let start = 0; phrase && start + letters.length <= made.length; start++) {
    if (!letters.every((letter, step) => made[start + step].letter === letter)) continue;
    const parts = made.slice(start, start + letters.length);
    let from = Math.max(told, Math.min(...parts.map((cell) => cell.from)));
    let to = Math.max(...parts.map((cell) => cell.to));
    // A mark stays with its letter: else it would be drawn on a dotted circle.
    while (from > told && /^\p{M}/u.test(text.slice(from))) from -= 1;
    while (/^\p{M}/u.test(text.slice(to))) to += 1;
    shown.append(text.slice(told, from), element("mark", "", text.slice(from, to)));
    told = to;
    start += letters.length - 1;
  }
  shown.append(text.slice(told));
  return shown;
}

function rowOf(index, given, row, texts) {
  const { facts, table, phrase } = given;
  const fact = facts[row];
  const month = index.months[fact.month];
  const [address, title, supplier, bidders, numbers] = texts;
  const words = index.methods[fact.method][1];
  const has = (text) => text !== null && phrase && fold(table, text).includes(phrase);
  const show = (text) => (text === null ? unknown() : marked(table, text, phrase));
  const link = element("a", "", title === null ? "ไม่ระบุชื่องาน" : marked(table, title, phrase));
  link.href = month.folder + address;
  const head = element("th", "", link);
  head.scope = "row";
  // Why the row is here, when what is shown anyway does not tell.
  const labels = ["เลขที่สัญญา", "เลขที่โครงการ", "เลขคุมสัญญา"];
  const others = [
    ...bidders.map((bidder) => ["ผู้เสนอราคา", bidder]),
    ...numbers.map((number, which) => [labels[which], number]),
  ];
  for (const [label, text] of others)
    if (has(text)) head.append(element("small", "", `${label} `, marked(table, text, phrase)));
  const line = element(
    "tr",
    "",
    head,
    element("td", "", element("span", "", digits(month.words))),
    element("td", "", show(supplier)),
    element("td", "price", fact.price === null ? unknown() : element("span", "", baht(fact.price))),
    element("td", "", words === null ? unknown() : element("bdi", "", words)),
  );
  const headings = [...document.querySelectorAll("#hits thead th")].map((one) => one.textContent);
  [...line.children].forEach((cell, number) => (cell.dataset.label = headings[number]));
  return line;
}

function turnTo(asked, page, words) {
  const link = element("a", "", words);
  link.href = addressOf(asked, page);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.href, true);
  });
  return link;
}

function say(words) {
  at("results").hidden = false;
  at("count").textContent = words;
}

function wrongAmounts(asked, table) {
  const wrong = ["from", "to"].filter((name) => Number.isNaN(satang(fold(table, asked[name]))));
  for (const name of ["from", "to"]) {
    at(`${name}-wrong`).hidden = !wrong.includes(name);
    at(name).setAttribute("aria-invalid", String(wrong.includes(name)));
  }
  return wrong;
}

let turn = 0;

// Show what the address asks for; of several questions only the last is answered.
async function show(moveFocus) {
  const mine = ++turn;
  const asked = askedIn(location.search);
  for (const name of NAMES) at(name).value = asked[name];
  at("hits").hidden = at("pages").hidden = at("note").hidden = true;
  at("results").hidden = !asked.some;
  try {
    const index = await load(INDEX);
    if (mine !== turn) return;
    const wrong = wrongAmounts(asked, tableOf(index.folding));
    if (!asked.some) return;
    if (wrong.length) {
      say("ยังค้นหาไม่ได้ จำนวนเงินที่กรอกอ่านเป็นตัวเลขไม่ได้");
      if (moveFocus) at(wrong[0]).focus();
      return;
    }
    say("กำลังค้นหา");
    const given = await answer(index, asked);
    const pages = Math.max(1, Math.ceil(given.rows.length / PER_PAGE));
    const page = Math.min(asked.page, pages);
    const rows = given.rows.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    const texts = await Promise.all(rows.map((row) => textsOf(index, row)));
    if (mine !== turn) return;
    const lines = rows.map((row, number) => rowOf(index, given, row, texts[number]));
    document.querySelector("#hits tbody").replaceChildren(...lines);
    at("hits").hidden = !rows.length;
    at("note").hidden = !asked.from && !asked.to;
    const part = pages > 1 ? ` หน้าที่ ${digits(page)} จาก ${digits(pages)} หน้า` : "";
    say(rows.length ? `พบ ${digits(given.rows.length)} รายการ${part}` : "ไม่พบรายการที่ตรงกับเงื่อนไข");
    at("pages").replaceChildren(
      ...(page > 1 ? [turnTo(asked, page - 1, "หน้าก่อน")] : []),
      ...(page < pages ? [turnTo(asked, page + 1, "หน้าถัดไป")] : []),
    );
    at("pages").hidden = pages === 1;
    if (moveFocus) at("found").focus();
  } catch (error) {
    if (mine !== turn) return;
    // A new release has taken the place of the one that was looked at: begin anew, once.
    if (fetched.has(INDEX) && !show.again) {
      show.again = true;
      fetched.clear();
      await show(moveFocus);
      show.again = false;
      return;
    }
    failed();
    console.error(error);
  }
}

function failed() {
  say(
    location.protocol === "file:"
      ? "ค้นหาไม่ได้ เพราะหน้านี้เปิดจากไฟล์ในเครื่อง เบราว์เซอร์ไม่อนุญาตให้อ่านข้อมูลสำหรับค้นหาจากที่นั่น โปรดเปิดหน้านี้ผ่านเว็บไซต์ของหน่วยงาน หรือเลือกอ่านตามเดือนด้านล่าง"
      : "ค้นหาไม่ได้ในขณะนี้ เพราะอ่านข้อมูลสำหรับค้นหาไม่สำเร็จ โปรดลองอีกครั้ง หรือเลือกอ่านตามเดือนด้านล่าง",
  );
}

function go(address, moveFocus) {
  history.pushState(null, "", address);
  return show(moveFocus);
}

function begin() {
  if (location.protocol === "file:") {
    failed();
    at("without").hidden = true;
    return;
  }
  at("without").hidden = true;
  at("search").hidden = false;
  at("search").addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = Object.fromEntries(NAMES.map((name) => [name, at(name).value.trim()]));
    go(addressOf(asked, 1), false);
  });
  addEventListener("popstate", () => show(false));
  show(false);
}

begin();

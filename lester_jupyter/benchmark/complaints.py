"""The running example: mails of bank customers, joined with the customers and prepared for a complaint classifier.

The cell is written the way such cells are written. The data are made here, from a seed, with the traps that real files
have: quoted commas, repeated customers, empty fields, the words NA and null, unknown senders, blank lines.
"""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

MESSY = """\
import csv
from datetime import datetime

# which customers are we talking about
target_countries = ['UK', 'DE', 'FR']
customers = {}
with open('customers.csv') as f:
    for row in csv.reader(f):
        if not row:
            continue
        customer_id, customer_email, bank, country, level = row
        is_premium = level == 'premium'
        if country in target_countries:
            customers[customer_email] = (bank, country, is_premium)   # newer entries replace older ones
print(len(customers), 'customers')

negative_words = ['angry', 'complaint', 'problem', 'wrong', 'sue', 'justice', 'worst', 'never']
positive_words = ['thank', 'great', 'pleased', 'awesome', 'good', 'love']

def get_sentiment(text):
    score = 0
    for word in text.lower().split():
        if word.strip('.,!?') in negative_words:
            score = score - 1
        if word.strip('.,!?') in positive_words:
            score = score + 1
    return 'negative' if score < 0 else 'positive'

# the mails of the last years
data = []
for line in open('mails.csv'):
    parts = line.strip().split(',', 4)
    if len(parts) < 5:
        continue
    mail_id, email, raw_date, mail_subject, mail_text = parts
    if raw_date == '':
        continue
    mail_date = datetime.strptime(raw_date, '%Y-%m-%d')
    if mail_date.year < 2022:
        continue
    if email in customers:
        bank, country, is_premium = customers[email]
        title = mail_subject.lower()
        text = mail_text.replace('  ', ' ')
        sentiment = get_sentiment(text)
        data.append((title, text, sentiment, bank, country, is_premium))
print(len(data), 'mails, first:', data[0][:1] if data else None)
"""
"""The messy data preparation cell; it leaves `data` behind."""

OUTPUT = "data"

_COUNTRIES = ["UK", "DE", "FR", "US", "NL", "", "NA"]
_NAMES = [
    "garcia",
    "okafor",
    "müller",
    "dupont",
    "smith",
    "tanaka",
    "novak",
    "rossi",
    "ahmed",
    "jensen",
    "silva",
    "lee",
]
_BANKS = [
    "Stevens and Blankenship",
    "Smith, Jones and Co",  # a comma: quoted in the file
    "Hansen Group",
    'The "Old" Bank, London',
    "Crédit Meunier",
    "null",  # a bank's name, not a missing value
    "  Northern Trust  ",
]
_SUBJECTS = ["Urgent question", "Thanks!", "Complaint!!!", "Please help me", "You are awesome", "Great bank", "", "NA"]
_TEXTS = [
    "I am angry about your bank and I have a complaint.  I will sue you, for sure.",
    "Thank you for the great service, I was really pleased.",
    "Something is wrong with my card, again, and nobody answers.",
    "Could you tell me when the branch in Lille opens?",
    "You are awesome, thank you!  Good work.",
    "This is the worst bank, never again.",
    'They said "wait", so I waited.',
    "",
]


def generate(directory: str | Path, customers: int = 60, mails: int = 400, seed: int = 7) -> tuple[Path, Path]:
    """Writes customers.csv and mails.csv, the same for the same arguments.

    Args:
        directory: where to; it is made if it does not exist.
        customers: how many different customers; about one in eight has a second, newer record.
        mails: how many mails.
        seed: of the generator.

    Returns:
        The paths of the two files.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)  # noqa: S311 - test data, nothing secret
    people = [_customer(draw, i) for i in range(customers)]
    again = [_customer(draw, customers + i, p[1]) for i, p in enumerate(people) if draw.random() < 0.125]
    customer_file, mail_file = folder / "customers.csv", folder / "mails.csv"
    with customer_file.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows(people + again)
        file.write("\n")  # a blank last line, as editors leave it
    emails = [p[1] for p in people] + ["stranger@nowhere.example"]
    lines = [_mail(draw, i, draw.choice(emails)) for i in range(mails)]
    if mails > 20:
        lines.insert(mails // 3, "")
        lines.insert(mails // 2, "truncated,record")
    mail_file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return customer_file, mail_file


def _customer(draw: random.Random, number: int, email: str | None = None) -> list[str]:
    name = email or f"{draw.choice(_NAMES)}{number}@{draw.choice(['mills.example', 'kennedy.example'])}"
    level = draw.choices(["standard", "premium", ""], [80, 15, 5])[0]
    return [str(number), name, draw.choice(_BANKS), draw.choice(_COUNTRIES), level]


def _mail(draw: random.Random, number: int, email: str) -> str:
    day = date(2021, 1, 1) + timedelta(days=draw.randrange(4 * 365))
    written = "" if draw.random() < 0.03 else day.isoformat()
    return ",".join([f"m{number:05d}", email, written, draw.choice(_SUBJECTS), draw.choice(_TEXTS)])

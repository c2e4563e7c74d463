"""Names of other scripts in Latin letters: transliteration, and pools that Faker has not.

Cyrillic after the passport rules of ICAO Doc 9303, Greek after ELOT 743, both simplified.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie",
    "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "i", "й": "y", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya", "'": "'", "ʼ": "", "’": "",
}  # fmt: skip
GREEK: Final = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_LETTERS: Final = {**CYRILLIC, **GREEK}
_PLAIN: Final = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
                               "Đ": "D", "ı": "i", "æ": "ae", "þ": "th", "ð": "d"})  # fmt: skip


def romanised(name: str) -> str:
    """Return a Cyrillic or Greek name in Latin letters; others as they are."""
    if name.isascii() or not re.search("[Ͱ-ӿ]", name):
        return name
    bare = unicodedata.normalize("NFC", _unmarked_greek(name))
    return "".join(_letter(char) for char in bare)


def _unmarked_greek(name: str) -> str:
    """Drop Greek accents, keep й and ї (which decompose too)."""
    if not re.search("[Ͱ-Ͽ]", name):
        return name
    parts = unicodedata.normalize("NFD", name)
    return "".join(char for char in parts if not unicodedata.combining(char))


def _letter(char: str) -> str:
    latin = _LETTERS.get(char.lower(), char)
    return latin[:1].upper() + latin[1:] if char.isupper() else latin


def ascii_letters(name: str) -> str:
    """Return a name's letters without accents, blanks and marks: for user names and addresses."""
    parts = unicodedata.normalize("NFD", name.translate(_PLAIN))
    return "".join(char for char in parts if char.isascii() and char.isalnum())


@dataclass(frozen=True, slots=True)
class Names:
    """A pool of names in Latin letters."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    last: tuple[str, ...]
    surname_first: float = 0.0


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


PINYIN_SYLLABLES: Final = _words(
    "wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xiu xia ping gang "
    "gui ying hua yu lan mei lin hong bo xin hui jian zhi hao ze yi ran han xuan zi chen rui long "
    "fei peng cheng dong feng guo hai kai liang nan qing rong shan shu ting wen xiang xiao yue zhen"
)
POOLS: Final = {
    "chinese": Names(
        _words("Wei Qiang Lei Jun Yong Jie Tao Ming Chao Gang Hao Bo Kai Peng Feng Xiaoming "
               "Jianguo "
               "Zhiyuan Haoran Yifan Zihan Guowei Jackie Kelvin Winston"),
        _words("Fang Na Min Jing Li Yan Juan Xia Ping Ying Hua Mei Lan Xiaoling Meiling Yuting "
               "Xinyi Ruoxi Jiayi Siyu Wenjing Vivian Cherry"),
        _words("Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo "
               "Zheng Liang Xie Song Tang Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai "
               "Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Lo Chan Wong Cheung Leung Lam Ng "
               "Lau Tsang Kwok Ho Yip Chow Tan Ong Teo Goh"),
        0.45,
    ),
    "japanese": Names(
        _words("Akira Hiroshi Kenji Takashi Yuki Haruto Sota Ren Daiki Kenta Naoki Ryo Shinji Taro "
               "Jiro Tsubasa Yusuke Kazuki Makoto Satoshi Masaru Shigeru Koji Tetsuya Hideo Minoru "
               "Osamu Atsushi Ryota Sho Shota Tomohiro Yasuhiro Yoshio"),
        _words("Yuko Akemi Asuka Kaori Kana Kumiko Sayuri Chiyo Naoko Haruka Hanako Miki Rika "
               "Tomomi Yui Aoi Sakura Hina Misaki Nanami Ayumi Emi Keiko Noriko Sachiko Mayumi "
               "Reiko Michiko Mei Rin"),
        _words("Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida "
               "Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Shimizu Saito Mori Abe "
               "Ikeda "
               "Hashimoto Ishikawa Ogawa Goto Okada Hasegawa Murakami Kondo Ishii Sakamoto Endo "
               "Aoki Fujii Nishimura Fukuda Ota Miura Okamoto Matsuda Nakajima Fujita Harada Ono "
               "Tamura Takeuchi Nakano Wada Ueda Morita Kudo Sakai Miyazaki Uchida"),
        0.08,
    ),
    "korean": Names(
        _words("Min-jun Seo-jun Do-yun Ji-ho Jun-seo Hyun-woo Sung-min Young-ho Dong-hyun Jae-hyun "
               "Kyung-soo Seung-hoon Tae-hyung Jin-woo Sang-hoon Byung-chul Yong-jin Chang-min "
               "Minho Jihoon Junho Sungjin Hyunjin Taemin"),
        _words("Seo-yeon Ji-woo Min-seo Ha-eun Soo-jin Ji-young Eun-ji Yu-na Hye-jin Mi-kyung "
               "Young-hee Eun-young Ji-hye Soo-yeon Ye-jin Bo-ra Na-yeon Jiwon Minji Sora Yuna"),
        _words("Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song "
               "Yoo Hong Jeon Ko Moon Yang Son Bae Baek Heo Nam Noh Ha Joo Woo Koo Ryu Cha Min"),
        0.55,
    ),
    "vietnamese": Names(
        _words("Nam Hùng Vũ Tuấn Minh Quang Dũng Long Hải Đức Thành Trung Huy Khoa Bảo Anh Phong "
               "Sơn Tùng Việt Văn_Hùng Quang_Minh Đình_Phúc"),
        _words("Ngọc Hương Lan Mai Thảo Linh Hoa Trang Phương Hà Thu Yến Vy Nhung Hạnh Thúy Quỳnh "
               "Thị_Mai Thị_Lan Thị_Hoa Bích_Ngọc"),
        _words("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh"),
        0.6,
    ),
    "arabic": Names(
        _words("Mohammed Muhammad Ahmed Ali Omar Khalid Hassan Hussein Ibrahim Yousef Yusuf "
               "Mustafa "
               "Mahmoud Abdullah Abdulrahman Abdelaziz Saeed Tariq Karim Samir Nabil Walid Faisal "
               "Fahad Sultan Bilal Hamza Anwar Rashid Salim Jamal Ismail Adel Majid Nasser Ziad "
               "Rami Hicham Rachid Mourad Youssef Abdul Mehdi Amine Marwan Bassam Ghassan Imad"),
        _words("Fatima Aisha Khadija Mariam Maryam Layla Leila Zainab Zeinab Amina Noor Nour Huda "
               "Salma Rania Yasmin Samira Nadia Hanan Sara Dina Reem Lina Hala Amal Iman Souad "
               "Naima Fatiha Malika Zahra Rana Lubna Mona Abeer Asma"),
        _words("Hassan Ahmed Ali Hussein Ibrahim Khan Rahman al-Hakim al-Masri al-Sayed el-Sayed "
               "Mansour Haddad Khoury Nasser Saleh Farouk Abbas Aziz Qureshi Siddiqui Malik Hamdan "
               "Darwish Shaheen Al-Rashid Al-Qahtani Al-Ghamdi Al-Harbi Bakri Najjar Sabbagh "
               "Zidan Benali Bouazza Bensaid Belkacem Haddou Ouali Tahiri Cherkaoui Idrissi "
               "Mahdi Jaber Karam Hariri Aoun Tamimi Barghouti Odeh bin_Salman bin_Rashid "
               "Al_Mansoori El_Amrani Abu_Bakr Abdallah Mahfouz Badawi Rifai Sharif Suleiman"),
    ),
    "hebrew": Names(
        _words("Avi Moshe David Yosef Eli Amir Yaniv Noam Itai Uri Ariel Eitan Yonatan Gilad "
               "Shlomo "
               "Haim Ehud Ron Tal Omer Nir Boaz Doron"),
        _words("Yael Noa Tamar Shira Michal Rivka Miriam Ayelet Orly Sigal Maya Hila Efrat Galit "
               "Dafna Anat Ruth Liat Adi Inbar"),
        _words("Cohen Levi Mizrahi Peretz Biton Dahan Avraham Friedman Katz Azoulay Malka Amar "
               "Gabay Ben-David Ben-Ami Shapira Goldstein Rosenberg Weiss Barak Segal Golan Harel "
               "Shalev Alon Carmi Sharon Yadin"),
    ),
    "persian": Names(
        _words("Reza Hossein Mehdi Amir Ali_Reza Majid Saeed Farhad Kourosh Behrouz Dariush Omid "
               "Arash Babak Kamran Shahram Siavash Bijan Hamid Navid"),
        _words("Zahra Maryam Fatemeh Narges Shirin Parisa Leila Azadeh Nasrin Mahsa Sahar Niloofar "
               "Golnaz Laleh Roya Mina Elham Samira Bahar Taraneh"),
        _words("Mohammadi Hosseini Ahmadi Karimi Rezaei Moradi Jafari Ebrahimi Rahimi Sadeghi "
               "Ghasemi Hashemi Mousavi Akbari Rostami Farahani Tehrani Shirazi Esfahani Nazari "
               "Amini Bagheri Kazemi Rahmani Zand Golzari"),
    ),
}  # fmt: skip
